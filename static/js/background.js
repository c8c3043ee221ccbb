// What a page asks for by itself, a count every minute or a part after loading, says so: it is
// no sign that somebody sits there, and never leads the page elsewhere.
export function markBackground() {
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.triggeringEvent) event.detail.headers["X-Background"] = "1";
  });
}

// A browser that keeps pages although it was told not to must not show them after logging out.
export function forgetPage() {
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && "inside" in document.body.dataset) location.reload();
  });
}
