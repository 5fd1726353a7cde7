import { ActorSystem } from "@ts-grain/actor";
import { configureRemote, EndpointTerminatedEvent, InMemoryNetwork, Remote } from "@ts-grain/remote";
import { expect, test } from "vitest";
import type { Member } from "./member.ts";
import { MemberList } from "./member-list.ts";
import { TopologyChanged } from "./topology.ts";

const member = (id: string, port: number): Member => ({
  id,
  host: "localhost",
  port,
  kinds: [],
  dialect: "ts-grain",
});
const [alice, bob] = [member("alice", 1), member("bob", 2)];

async function start() {
  const system = new ActorSystem();
  const transport = new InMemoryNetwork().transport();
  const remote = await Remote.start(system, configureRemote("localhost", 0, { transport }));
  const events: unknown[] = [];
  system.eventStream.subscribe((event) => void events.push(event));
  return { list: new MemberList(system, remote), remote, events };
}

test("a change is published once, with who joined and who left", async () => {
  const { list, events } = await start();
  list.update([alice]);
  list.update([alice]);
  list.update([bob, alice]);
  list.update([alice, bob]);
  expect(events).toEqual([
    new TopologyChanged(expect.objectContaining({ members: [alice] }), { joined: [alice], left: [] }),
    new TopologyChanged(expect.objectContaining({ members: [alice, bob] }), { joined: [bob], left: [] }),
  ]);
});

test("a member that left stays out under its id, and its endpoint is ended", async () => {
  const { list, remote, events } = await start();
  list.update([alice, bob]);
  list.update([alice]);
  expect(remote.blockList.has("bob")).toBe(true);
  expect(events).toContainEqual(new EndpointTerminatedEvent("localhost:2"));
  list.update([alice, bob]);
  expect(list.topology.members).toEqual([alice]);
  list.update([alice, member("bob-again", 2)]);
  expect(list.topology.members.map(({ id }) => id)).toEqual(["alice", "bob-again"]);
});
