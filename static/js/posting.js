// Sending a form beside its page, by itself; and the page's forms only once it has arrived.

export async function post(form) {
  const headers = { "X-Autosave": "1" };
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
  const isJson = /json/.test(answer.headers.get("Content-Type") || "");
  if (answer.redirected || !isJson) throw new Error("a page instead of an answer");

  return { isTaken: answer.ok, told: await answer.json() };
}

// Holds a form back that is sent, as long as the promise that `arrivalFor` gives for it; it gives
// none where nothing is on its way. The second of two quick clicks waits with the first, and is
// not to overtake it.
export function holdBack(arrivalFor) {
  let isWaiting = false;
  let isPassing = false;

  async function sendAfter(arrival, { target, submitter }) {
    isWaiting = true;
    await arrival;
    isWaiting = false;

    isPassing = true;
    target.requestSubmit(submitter);
    isPassing = false;
  }

  document.addEventListener("submit", (event) => {
    if (isPassing || event.defaultPrevented) return;
    const arrival = isWaiting ? null : arrivalFor(event.target);
    if (arrival) sendAfter(arrival, event);
    if (!isWaiting) return;

    event.preventDefault();
    event.stopPropagation();
  }, true);
}
