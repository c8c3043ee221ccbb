// Words kept ready: chosen from a list, they go into their box.

// In place of those put in before, below what somebody typed.
export function fillReadyWords() {
  document.addEventListener("change", (event) => {
    const choice = event.target;
    const text = choice.matches("[data-fills]") && choice.selectedOptions[0].dataset.text;
    if (!text) return;

    const box = document.getElementById(choice.dataset.fills);
    const before = box.value.trim();
    box.value = before && before !== box.dataset.filled ? before + "\n" + text : text;
    box.dataset.filled = box.value;
    box.rows = 5;
    box.focus();
    selectGap(box);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// The first place to fill in, written 【like this】.
function selectGap(box) {
  const gap = box.value.match(/【[^【】]*】/);
  if (gap) box.setSelectionRange(gap.index, gap.index + gap[0].length);
}
