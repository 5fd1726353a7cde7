import { VirtualClock } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import type { Member } from "../member.ts";
import { MemberView } from "./member-view.ts";

const member = (id: string): Member => ({ id, host: "localhost", port: 1, kinds: [], dialect: "ts-grain" });
const [alice, bob, carol] = [member("alice"), member("bob"), member("carol")];

function watch(selfId: string | undefined) {
  const clock = new VirtualClock();
  const published: string[] = [];
  const view = new MemberView({
    clock,
    selfId,
    settleMs: 10_000,
    onMembers: (members) => published.push(members.map(({ id }) => id).join(" ")),
  });
  return { clock, view, published };
}

test("nothing is published before the member itself is listed, and equal lists once", () => {
  const { view, published } = watch("alice");
  view.listed([]);
  view.listed([bob]);
  view.listed([bob, alice]);
  view.listed([bob, alice]);
  expect(published).toEqual(["bob alice"]);
});

test("in quiet times an absence is believed at once", () => {
  const { view, published } = watch("alice");
  view.listed([alice, bob]);
  view.listed([alice]);
  expect(published).toEqual(["alice bob", "alice"]);
});

test("after an outage the absent stay until the list has settled, while new members appear at once", async () => {
  const { view, published, clock } = watch("alice");
  view.listed([alice, bob]);
  view.interrupted();
  view.listed([alice, carol]);
  await clock.advance(9_999);
  expect(published.slice(1)).toEqual(["alice carol bob"]);
  await clock.advance(1);
  expect(published.slice(2)).toEqual(["alice carol"]);
});

test("who comes back while the list settles never left", async () => {
  const { view, published, clock } = watch(undefined);
  view.listed([alice, bob]);
  view.interrupted();
  view.listed([]);
  view.listed([alice]);
  view.listed([alice, bob]);
  await clock.advance(20_000);
  expect(new Set(published)).toEqual(new Set(["alice bob"]));
});

test("who is missing while the list settles, and comes back, is no news", async () => {
  const { view, published, clock } = watch(undefined);
  view.listed([alice, bob]);
  view.interrupted();
  view.listed([bob]);
  view.listed([bob, alice]);
  view.listed([alice, bob]);
  await clock.advance(20_000);
  expect(published).toEqual(["alice bob"]);
});

test("what is new about a member is published", () => {
  const { view, published } = watch("alice");
  view.listed([alice, bob]);
  view.listed([{ ...bob, kinds: ["SmartBulb"] }, alice]);
  expect(published).toEqual(["alice bob", "bob alice"]);
});

test("an outage while the list settles begins the settling anew", async () => {
  const { view, published, clock } = watch("alice");
  view.listed([alice, bob]);
  view.interrupted();
  view.listed([alice]);
  await clock.advance(9_000);
  view.interrupted();
  await clock.advance(9_000);
  view.listed([alice]);
  await clock.advance(9_999);
  expect(published).toEqual(["alice bob"]);
  await clock.advance(1);
  expect(published).toEqual(["alice bob", "alice"]);
});

test("a member that stays missing from its own list is told of it once that has settled", async () => {
  const { view, published, clock } = watch("alice");
  view.listed([alice, bob]);
  view.listed([bob]);
  await clock.advance(6_000);
  view.listed([bob]);
  await clock.advance(3_999);
  expect(published).toEqual(["alice bob"]);
  await clock.advance(1);
  expect(published.at(-1)).toBe("bob");
});

test("a member never believes an empty list; a client does", async () => {
  const [ofMember, ofClient] = [watch("alice"), watch(undefined)];
  for (const { view } of [ofMember, ofClient]) {
    view.listed([alice, bob]);
    view.listed([]);
  }
  await ofMember.clock.advance(60_000);
  expect(ofMember.published).toEqual(["alice bob"]);
  expect(ofClient.published).toEqual(["alice bob", ""]);
});

test("a closed view publishes nothing and leaves no timer", () => {
  const { view, published, clock } = watch("alice");
  view.listed([alice, bob]);
  view.interrupted();
  view.listed([alice]);
  view.close();
  view.listed([alice, carol]);
  view.interrupted();
  expect(clock.scheduled).toBe(0);
  expect(published).toEqual(["alice bob"]);
});
