// Photos are made smaller before a poor line has to carry them, and chosen only once.
import { all, one } from "./dom.js";

const LONGEST_SIDE = 1280; // pixels
const QUALITY = 0.85;

export async function shrinkPhotos(form) {
  for (const input of all("input[type=file]", form)) {
    if (!input.files.length) continue;
    const box = new DataTransfer();
    const smaller = await Promise.all(Array.from(input.files, shrunk));
    smaller.forEach((file) => box.items.add(file));
    input.files = box.files;
  }
}

// A form that comes back with faults has the photos of the one that was sent, and says no
// longer that they have to be chosen once more.
export function carryPhotos(sent, refused) {
  const chosen = one("input[type=file]", sent);
  const field = one("input[type=file]", refused);
  if (!chosen || !chosen.files.length || !field) return;

  field.files = chosen.files;
  all("[data-lost]", refused).forEach((words) => words.remove());
  all(".summary", refused).forEach((box) => one("li, p", box) || box.remove());
}

async function shrunk(file) {
  const picture = await decoded(file);
  const scale = picture && LONGEST_SIDE / Math.max(picture.width, picture.height);
  if (!scale || scale >= 1) return file;

  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff"; // a drawing on nothing would come out black
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();

  const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return new File([small], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}

// Null for what this browser cannot read: the server says what is wrong with it.
async function decoded(file) {
  try {
    return await createImageBitmap(file);
  } catch {
    return null;
  }
}
