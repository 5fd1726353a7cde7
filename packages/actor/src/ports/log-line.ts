import { platformDate } from "./platform-clock.ts";

/** Characters of a text that a line keeps, so that nobody outside can fill the log. */
const longestText = 256;
/** The same of an error's stack, most of which is ours. */
const longestStack = 4_096;
/** Entries of a list or fields of an object that a line keeps. */
const mostEntries = 32;
/** How deep objects may nest. */
const deepest = 4;

/**
 * A log entry as one line of JSON, whatever is in it: texts that came from outside can neither begin a line of their own nor colour the
 * terminal, and are cut after 256 characters. Never throws.
 */
export function logLine(level: string, fields: object, message: string): string {
  const head = { level, time: platformDate(), message };
  try {
    return oneLine({ ...head, ...entriesOf(fields, 0), ...head });
  } catch (error) {
    // A getter, or a text that cannot be made.
    return oneLine({ ...head, unwritable: cut(String(error)) });
  }
}

/** JSON itself leaves what ends a line in JavaScript, and the second set of control characters. */
function oneLine(entry: object): string {
  return JSON.stringify(entry).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cut(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined)
    return value;
  if (typeof value === "bigint" || typeof value === "symbol") return cut(value.toString());
  if (typeof value === "function") return cut(`function ${value.name}`);
  if (typeof value !== "object") return typeof value;
  if (depth > deepest) return "…";
  if (value instanceof Error) return errorOf(value, depth);
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((entry) => plain(entry, depth + 1));
  const text = textOf(value);
  return text === undefined ? entriesOf(value, depth + 1) : cut(text);
}

function entriesOf(value: object, depth: number): object {
  const entries = Object.entries(value).slice(0, mostEntries);
  return Object.fromEntries(entries.map(([name, entry]) => [cut(name), plain(entry, depth)]));
}

function errorOf(error: Error, depth: number): object {
  const { name, message, stack = "", cause } = error;
  // What else it has, such as a code.
  const more = entriesOf(error, depth + 1);
  return {
    name: cut(name),
    message: cut(message),
    ...more,
    stack: stack.slice(0, longestStack),
    ...(cause !== undefined && { cause: plain(cause, depth + 1) }),
  };
}

/** How it says itself that it is written, as a PID does. */
function textOf(value: object): string | undefined {
  const { toString: makeText } = value as { readonly toString?: (this: object) => string };
  const isPlain = typeof makeText !== "function" || makeText === Object.prototype.toString;
  return isPlain || Object.hasOwn(value, "toString") ? undefined : makeText.call(value);
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
