// A village's groups and cadres come from the server, then are filled as well.
import { all } from "./dom.js";
import { refill } from "./drafts.js";

export function putBackOfVillage(village, draft) {
  document.addEventListener("htmx:load", function came(event) {
    if (event.target.id !== "of-village") return;
    document.removeEventListener("htmx:load", came);
    refill(all("input, select", event.target), draft.draft);
  });

  village.dispatchEvent(new Event("change", { bubbles: true }));
}
