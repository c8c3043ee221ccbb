// Sending a form beside its page: by itself, or again once something else has arrived.

export async function post(form) {
  const headers = { "X-Autosave": "1" };
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
  const isJson = /json/.test(answer.headers.get("Content-Type") || "");
  if (answer.redirected || !isJson) throw new Error("a page instead of an answer");

  return { isTaken: answer.ok, told: await answer.json() };
}

export function sendAgain(event, after) {
  const form = event.target;
  const button = event.submitter;
  after.then(() => form.requestSubmit(button));
}
