import { expect, test } from "vitest";
import { activeTwice, type MixedJournal } from "./mixed-cluster-history.ts";
import type { MixedSighting } from "./mixed-cluster-protocol.ts";

function journal(member: string, ...events: [MixedSighting["what"], number][]): MixedJournal {
  const sightings = events.map(([what, atMs]) => ({ what, atMs, identity: "a" }));
  return { member, sightings, endedAtMs: undefined };
}

const always = { fromMs: 0, toMs: 1_000 };

test("an activation that begins where another one has ended is alone", () => {
  const journals = [journal("go", ["activated", 1], ["deactivated", 5]), journal("ts", ["activated", 6])];
  expect(activeTwice(journals, always)).toEqual([]);
});

test("an activation that begins before another one has ended is found", () => {
  const journals = [journal("go", ["activated", 1], ["deactivated", 5]), journal("ts", ["activated", 4])];
  expect(activeTwice(journals, always)).toEqual(["a: go, ts"]);
});

test("two activations that both live on are found, though they began before the span", () => {
  const journals = [journal("go", ["activated", 1]), journal("ts", ["activated", 2])];
  expect(activeTwice(journals, { fromMs: 100, toMs: 200 })).toEqual(["a: go, ts"]);
});

test("two activations at once outside of the span do not count", () => {
  const journals = [journal("go", ["activated", 1], ["deactivated", 5]), journal("ts", ["activated", 4])];
  expect(activeTwice(journals, { fromMs: 100, toMs: 200 })).toEqual([]);
});

test("the activations of a process end with it", () => {
  const dead = { ...journal("go", ["activated", 1]), endedAtMs: 50 };
  expect(activeTwice([dead, journal("ts", ["activated", 60])], always)).toEqual([]);
  expect(activeTwice([dead, journal("ts", ["activated", 40])], always)).toEqual(["a: go, ts"]);
});

test("an activation that began twice in one member without an end counts as two in a row", () => {
  expect(activeTwice([journal("go", ["activated", 1], ["activated", 5])], always)).toEqual([]);
});
