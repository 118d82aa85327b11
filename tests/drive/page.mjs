// Steps through a lecture's page in Chromium, by a clicker's keys, to its end and back.
//
//     ropescope render --lecture 1 --out page.html && node --experimental-websocket tests/drive/page.mjs page.html
//
// Needs Node 20 and chromium. Exit status 1 where a press shows nothing new, a picture is not there, the way back is
// another one, or the page asks for anything outside itself.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { resolve } from "node:path";

const page = resolve(process.argv[2]), port = 9300 + (process.pid % 600);
const chromium = spawn("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,1100",
  `--remote-debugging-port=${port}`, `--user-data-dir=${mkdtempSync("/tmp/page-")}`, "about:blank"], { stdio: "ignore" });
const sleep = milliseconds => new Promise(done => setTimeout(done, milliseconds));

let target;
for (let i = 0; i < 120 && !target; i++) {
  await sleep(500);
  try {
    target = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()).find(each => each.type === "page");
  } catch {}
}
const socket = new WebSocket(target.webSocketDebuggerUrl);
await new Promise(open => (socket.onopen = open));
const answers = new Map(), outside = [], errors = [];
let calls = 0;
socket.onmessage = event => {
  const message = JSON.parse(event.data);
  if (message.id) return answers.get(message.id)(message.result ?? {});
  const url = message.params?.request?.url;
  if (message.method === "Network.requestWillBeSent" && !/^(data|file):/.test(url)) outside.push(url);
  if (message.method === "Runtime.exceptionThrown") errors.push(message.params.exceptionDetails.text);
};
const send = (method, params = {}) =>
  new Promise(done => { answers.set(++calls, done); socket.send(JSON.stringify({ id: calls, method, params })); });
for (const domain of ["Network", "Runtime", "Page"]) await send(`${domain}.enable`);
await send("Page.navigate", { url: `file://${page}` });
await sleep(3000);

const codes = { PageDown: 34, PageUp: 33 };
const press = async key => {
  for (const type of ["keyDown", "keyUp"])
    await send("Input.dispatchKeyEvent", { type, key, code: key, windowsVirtualKeyCode: codes[key] });
  await sleep(150);
};
const seen = async () => (await send("Runtime.evaluate", { returnByValue: true, expression: `(() => {
  const step = document.querySelector("section.here"), shown = step.querySelector(".press.shown"),
        image = shown.querySelector("img"), bold = shown.querySelector(".says b");
  return [step.querySelector("h2").textContent, shown.className,
          bold ? getComputedStyle(bold).visibility : "", image.naturalWidth > 0 ? "picture" : "NO PICTURE",
          document.documentElement.scrollWidth > innerWidth ? "TOO WIDE" : ""].join(" | ");
})()` })).result.value;

const forwards = [await seen()];
for (;;) {
  await press("PageDown");
  const now = await seen();
  if (now === forwards.at(-1)) break;
  forwards.push(now);
}
const backwards = [];
for (let i = 0; i < forwards.length; i++) {
  backwards.unshift(await seen());
  await press("PageUp");
}
const wrong = [];
if (forwards.length < 2) wrong.push("no press shows anything new");
if (JSON.stringify(forwards) !== JSON.stringify(backwards)) wrong.push("backwards is another way");
wrong.push(...forwards.filter(words => /NO PICTURE|TOO WIDE/.test(words)));
wrong.push(...outside.map(url => `asks for ${url}`), ...errors);
console.log(`${forwards.length} presses forwards and backwards, ${wrong.length} wrong`);
for (const words of wrong) console.log(words);
socket.close();
chromium.kill();
process.exit(wrong.length > 0 ? 1 : 0);
