"""Words that are names as well: somebody may be called 高山, 安全 or 白天.

Of two characters, the first a surname, and usual in what villagers tell. None of them
is taken for a name where nothing says that a person is meant.
"""

import re

WORDS = """
安全 安排 安装 安置 安静 安心 白天 白酒 白菜 白色 白水 包干 包村 包括 毕竟 常常 常年
常住 常用 车辆 车站 车子 车库 陈旧 陈年 成本 成功 成果 成立 成员 成年 成绩 程度 程序
池塘 迟到 代表 代办 代理 党员 党委 党费 东边 东头 东面 段落 方案 方便 方法 方面 方向
房顶 房屋 房子 房东 费用 丰收 封路 符合 干净 干旱 干部 高低 高度 高速 高山 高温 高兴
高压 高中 高价 耕地 公布 公共 公开 公路 公平 古树 古井 古代 谷子 谷物 顾虑 关闭 关系
关心 关于 管道 管理 管水 管子 桂花 国道 国家 海水 何况 何时 和解 和平 和气 和谐 洪水
后边 后来 后面 后山 胡说 花费 花椒 花钱 花生 花园 滑坡 怀疑 黄河 黄豆 黄牛 黄土 黄昏
黄金 吉利 计划 计算 纪律 季节 家里 家庭 简单 江河 江水 江边 解决 解释 金额 金钱 金属
经常 经过 景区 井水 井盖 康复 来往 蓝天 劳动 乐意 雷雨 冷水 李子 李树 历史 利息 连续
连夜 连接 梁上 林场 林地 林木 林业 林区 凌晨 柳树 柳条 龙头 楼道 楼房 楼上 楼下 陆续
路边 路灯 路基 路口 路面 路上 路线 路障 麻烦 马车 马路 马上 麦地 麦子 麦收 满意 满足
毛病 毛驴 毛巾 梅雨 门口 门面 门前 门牌 米面 苗木 苗圃 明白 明显 明天 明年 明确 母亲
木材 木头 木桥 南边 南面 南头 年底 年久 宁可 牛羊 牛奶 牛圈 农田 农村 农民 农业 欧洲
皮肤 平安 平常 平地 平时 平均 平坦 齐全 钱财 钱款 强制 强行 乔木 青苗 青年 曲折 全村
全家 全部 权利 任何 任务 任意 荣誉 容易 商店 商量 商业 上边 上面 上报 上山 上学 申请
申报 施工 施肥 石板 石灰 石料 石桥 石头 石油 石子 时常 时候 时间 事情 双方 水井 水库
水泥 水渠 水管 水电 水塔 水源 水费 司机 孙子 汤水 陶瓷 田地 田间 田埂 田里 田边 铁路
铁门 通知 同意 童年 土地 土路 万一 万元 王道 危房 危险 卫生 温度 温室 文化 文件 文书
武装 夏天 夏季 项目 向东 向来 向前 向西 向阳 谢谢 辛苦 修路 许多 许可 雪天 延误 严格
严重 严禁 杨树 杨柳 叶子 易燃 阴天 应当 应该 游客 于是 余地 余下 雨水 雨天 原因 张开
张贴 章程 支付 支书 支持 支部 周边 周围 周末 周年 周一 周二 周三 周四 周五 周六 周日
竹子 竹林 庄稼 庄户 宗族 祖坟 祖业 左边 左右
"""
ORDINARY = frozenset(WORDS.split())

# who is spoken of with these is a person
BEFORE_PERSON = re.compile(
    r"(?:叫|邻居|村民|户主|老乡|老汉|组长|会计|支书|主任|村医|大爷|大妈)$"
)
AFTER_PERSON = re.compile(
    r"家(?![长园庭具电乡属])|[说讲他她]|媳妇|老婆|爱人|夫妻|两口子|儿子|女儿|兄弟|父子|本人"
    r"|大爷|大叔|大妈|[叔婶哥嫂]"
)


def is_person(word: str, before: str, after: str) -> bool:
    """Tell whether a word in a text may be the name that it is as well.

    True for a word that is not ordinary; of others where the text before or after
    speaks of a person.
    """
    if word not in ORDINARY:
        return True
    return bool(BEFORE_PERSON.search(before) or AFTER_PERSON.match(after))
