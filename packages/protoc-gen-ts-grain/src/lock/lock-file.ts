import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { PluginError } from "../plugin-error.ts";
import type { ContractLock, LockedKind } from "./contract-lock.ts";

const format = 1;
/** Milliseconds to wait for another run of the plugin: buf starts one for each folder, side by side. */
const patienceMs = 10_000;
const pauseMs = 20;

/**
 * Reads the lock, lets the work change it and writes it back if it did, while no other run of the plugin does. A lock
 * that does not exist is empty.
 *
 * @throws PluginError "invalid_lock" if it cannot be read or written; what the work throws, and then nothing is written.
 */
export function updateLock(path: string, work: (lock: ContractLock) => ContractLock): void {
  const release = acquire(`${path}.busy`);
  try {
    const before = readLock(path);
    const after = printLock(work(parseLock(path, before)));
    if (after !== before) writeLock(path, after);
  } finally {
    release();
  }
}

function readLock(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "";
    throw invalidLock(path, `cannot be read (${codeOf(error)})`, "Correct the parameter lock");
  }
}

function writeLock(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text, { flag: "wx" });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw invalidLock(path, `cannot be written (${codeOf(error)})`, "Correct the parameter lock");
  }
}

function acquire(path: string): () => void {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      closeSync(openSync(path, "wx"));
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (codeOf(error) !== "EEXIST")
        throw invalidLock(path, `cannot be written (${codeOf(error)})`, "Correct the parameter lock");
      if (waitedMs >= patienceMs)
        throw invalidLock(path, "is there, as if the plugin were running", "If it is not, delete the file");
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  }
}

function parseLock(path: string, text: string): ContractLock {
  if (text === "") return new Map();
  const lock = parseJson(text);
  if (!isLock(lock))
    throw invalidLock(path, `is no contract lock of version ${format}`, "Take it from version control again");
  return new Map(Object.entries(lock.kinds));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLock(value: unknown): value is { readonly kinds: Readonly<Record<string, LockedKind>> } {
  return (
    isRecord(value) &&
    value["version"] === format &&
    isRecord(value["kinds"]) &&
    Object.values(value["kinds"]).every(isKind)
  );
}

function isKind(value: unknown): boolean {
  if (!isRecord(value) || typeof value["service"] !== "string" || typeof value["file"] !== "string")
    return false;
  return isRecord(value["methods"]) && Object.values(value["methods"]).every(isMethod);
}

function isMethod(value: unknown): boolean {
  return (
    isRecord(value) &&
    Number.isInteger(value["index"]) &&
    typeof value["input"] === "string" &&
    typeof value["output"] === "string"
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function printLock(lock: ContractLock): string {
  if (lock.size === 0) return "";
  const kinds = Object.fromEntries([...lock].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ version: format, kinds }, undefined, 2)}\n`;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function invalidLock(path: string, problem: string, remedy: string): PluginError {
  return new PluginError([
    { code: "invalid_lock", message: `${JSON.stringify(path)} ${problem}. ${remedy}.` },
  ]);
}
