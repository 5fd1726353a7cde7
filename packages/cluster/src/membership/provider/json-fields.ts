/** A value that came as JSON and that is not known to be what it should. */
type Json = unknown;

/**
 * The named member of an object, whatever it is; undefined for anything else.
 *
 * @example
 * import { fieldOf } from "@ts-grain/cluster/provider";
 *
 * const answer: unknown = JSON.parse('{"Service": {"ID": "a"}}');
 * console.log(fieldOf(fieldOf(answer, "Service"), "ID"), fieldOf(answer, "Checks")); // prints: a undefined
 */
export function fieldOf(value: Json, name: string): Json {
  const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, name);
  return isObject ? (value as Readonly<Record<string, Json>>)[name] : undefined;
}

/**
 * The named member of an object, if it is a string; "" otherwise.
 *
 * @example
 * import { textOf } from "@ts-grain/cluster/provider";
 *
 * console.log(textOf({ id: "a" }, "id"), textOf({ id: 1 }, "id") === ""); // prints: a true
 */
export function textOf(value: Json, name: string): string {
  const text = fieldOf(value, name);
  return typeof text === "string" ? text : "";
}

/**
 * The named member of an object, if it is a list; an empty one otherwise.
 *
 * @example
 * import { listOf } from "@ts-grain/cluster/provider";
 *
 * console.log(listOf({ kvs: [1, 2] }, "kvs").length, listOf({ kvs: "?" }, "kvs").length); // prints: 2 0
 */
export function listOf(value: Json, name: string): readonly Json[] {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list : [];
}

/**
 * The strings of a list, each once.
 *
 * @example
 * import { distinctTexts } from "@ts-grain/cluster/provider";
 *
 * console.log(distinctTexts(["Bulb", 1, "House", "Bulb"]).join(" ")); // prints: Bulb House
 */
export function distinctTexts(values: readonly Json[]): readonly string[] {
  return [...new Set(values.filter((value) => typeof value === "string"))];
}

/**
 * The named member of an object, if it is a port that something can listen on; undefined otherwise.
 *
 * @example
 * import { portOf } from "@ts-grain/cluster/provider";
 *
 * console.log(portOf({ port: 8090 }, "port"), portOf({ port: "8090" }, "port")); // prints: 8090 undefined
 */
export function portOf(value: Json, name: string): number | undefined {
  const port = fieldOf(value, name);
  return isPort(port) ? port : undefined;
}

/** Whether a value is a port that something can listen on. */
function isPort(value: Json): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;
}
