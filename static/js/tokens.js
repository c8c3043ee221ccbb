// Logging in again in another window has changed the token of every form: it is renewed on
// pages of the same account. What one account wrote is not sent in the name of another.
import { all } from "./dom.js";
import { say } from "./line.js";

function renewTokens(event) {
  const [, token] = document.cookie.match(/csrftoken=([^;]+)/) || [];
  if (!isOfAnother()) {
    all("[name=csrfmiddlewaretoken]").forEach((field) => {
      field.value = token || field.value;
    });
  } else if (event.target.method === "post") {
    event.preventDefault();
    event.stopImmediatePropagation();
    say("anothers");
  }
}

// The page names the account that opened it, a cookie the one that is logged in.
export function isOfAnother() {
  const { inside } = document.body.dataset;
  const [, who] = document.cookie.match(/who=(\d+)/) || [];
  return inside && who && who !== inside;
}

window.addEventListener("focus", renewTokens);
document.addEventListener("submit", renewTokens, true);
