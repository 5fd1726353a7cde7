import { once } from "node:events";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TextMember, text } from "./text-member.ts";

let member: TextMember;

beforeEach(async () => {
  member = await TextMember.start();
});

afterEach(async () => {
  await using other = await TextMember.start();
  await expect(other.request(member.pid("echo"), text("still there"))).resolves.toEqual(
    text("ts: still there"),
  );
  await member[Symbol.asyncDispose]();
});

/** The first headers and all bytes of the answer to a call of gRPC. */
async function call(headers: IncomingHttpHeaders): Promise<{ headers: IncomingHttpHeaders; bytes: number }> {
  const session = connectHttp2(`http://${member.remote.address}`).on("error", () => {});
  const stream = session.request({
    ":method": "POST",
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => (bytes += chunk.length));
  stream.end(Buffer.alloc(5));
  const [answer] = (await once(stream, "response")) as [IncomingHttpHeaders];
  await once(stream, "close");
  session.destroy();
  return { headers: answer, bytes };
}

test.each([
  "/remote.Remoting/ListProcesses",
  "/remote.Remoting/GetProcessDiagnostics",
  "/remote.Remoting/receive",
  "/remote.Remoting/Receive/",
  "/remote.Remoting/Receive/../ListProcesses",
  "/remote.Remoting/%52eceive",
  "//remote.Remoting/Receive",
  "/remote.Remoting/Receive?all",
  "/grpc.health.v1.Health/Check",
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "/metrics",
  "/_health",
  "/",
])("H18 a stranger's call of %s is answered as unimplemented, and with nothing else", async (path) => {
  const { headers, bytes } = await call({ ":path": path });
  expect(headers).toMatchObject({ ":status": 200, "grpc-status": "12" });
  expect(Object.keys(headers).toSorted()).toEqual([":status", "content-type", "date", "grpc-status"]);
  expect(bytes).toBe(0);
});

test("H18 a stranger that speaks HTTP/1 is told nothing", async () => {
  for (const path of ["/", "/metrics", "/_health", "/remote.Remoting/Receive"]) {
    const [host, port] = member.remote.address.split(":") as [string, string];
    const socket = connect(Number(port), host).on("error", () => {});
    const heard: Buffer[] = [];
    socket.on("data", (bytes) => heard.push(bytes));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await once(socket, "close");
    expect(Buffer.concat(heard).toString("latin1")).not.toMatch(/HTTP\/1|echo|collector/);
  }
});

test("a stream is answered before any greeting, a second one is refused while it is open, and it ends with status 14 and no more", async () => {
  const session = connectHttp2(`http://${member.remote.address}`).on("error", () => {});
  const call = { ":method": "POST", ":path": "/remote.Remoting/Receive", "content-type": "application/grpc" };
  const stream = session.request(call, { endStream: false });
  const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
  expect(Object.keys(headers).toSorted()).toEqual([":status", "content-type", "date"]);
  expect(headers).toMatchObject({ ":status": 200, "content-type": "application/grpc" });

  const second = session.request(call);
  const [refusal] = (await once(second, "response")) as [IncomingHttpHeaders];
  expect(refusal).toMatchObject({ ":status": 200, "grpc-status": "8" });

  // The greeting of docs/protocol.md.
  const frame = Buffer.from("121812160a0473797331120e3132372e302e302e313a39303030", "hex");
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(frame.length, 1);
  stream.write(Buffer.concat([prefix, frame]));
  await once(stream, "data");
  stream.end();
  const [trailers] = (await once(stream.resume(), "trailers")) as [IncomingHttpHeaders];
  expect(Object.entries(trailers)).toEqual([["grpc-status", "14"]]);
  session.destroy();
});
