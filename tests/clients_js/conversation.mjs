// What a client and the test that drives it say to each other: a line of JSON each. The test hands over a task; the
// client asks for what a person does ("open" an address, "type" a code) and in the end says how it went.

import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function read() {
  const { value, done } = await lines.next();
  if (done) throw new Error("the test has gone");
  return JSON.parse(value);
}

function write(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** Have a person do something; what comes of it. */
export async function ask(message) {
  write(message);
  return read();
}

/** Run a client from its task to its end. What it throws is an answer too. */
export async function converse(client) {
  try {
    write({ done: await client(await read()) });
  } catch (error) {
    const { name, message, code, error: said, cause } = error;
    write({ failed: { name, message, code, error: said ?? cause?.error, cause: cause && describe(cause) } });
  }
  process.exit(0);
}

function describe(cause) {
  const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : JSON.stringify(cause);
  return text?.slice(0, 1000);
}

/** A private key that the test made, to sign with. */
export async function signingKey(jwk) {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  return { key: await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]), kid: jwk.kid };
}

export const CAMERAS = JSON.stringify({ query: "{cameraList{name}}" });
export const JSON_BODY = { "content-type": "application/json" };
