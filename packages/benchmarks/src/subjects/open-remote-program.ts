import type { RemoteProgram } from "./remote-subject.ts";

/** The remote program of the given name; no other subject's code is loaded. */
export async function openRemoteProgram(name: string): Promise<RemoteProgram> {
  switch (name) {
    case "ts-grain":
      return (await import("./ts-grain/ts-grain-remote.ts")).tsGrainRemote();
    case "ts-grain-codec": {
      const { helloRequestCodec, helloResponseCodec } = await import(
        "../gen/tsgrain/benchmarks/v1/hello_codec.ts"
      );
      return (await import("./ts-grain/ts-grain-remote.ts")).tsGrainRemote([
        helloRequestCodec,
        helloResponseCodec,
      ]);
    }
    case "floor":
    case "floor-codec":
    case "floor-mailbox":
    case "floor-mailbox-codec":
      return openPipeProgram(name);
    case "connect-node":
      return (await import("./grpc/connect-program.ts")).connectProgram;
    case "connect-stream":
      return (await import("./grpc/connect-stream-program.ts")).connectStreamProgram;
    case "grpc-js":
      return (await import("./grpc/grpc-js-program.ts")).grpcJsProgram;
    case "moleculer":
      return (await import("./moleculer/moleculer-program.ts")).moleculerProgram;
    case "effect":
      return (await import("./effect/effect-program.ts")).effectProgram;
    default:
      throw new Error(`no remote program is called "${name}"`);
  }
}

async function openPipeProgram(name: string): Promise<RemoteProgram> {
  const { protobufEsCodec, straightCodec } = await import("./pipe/hello-codec.ts");
  const { pipeProgram } = await import("./pipe/pipe-program.ts");
  const handling = name.startsWith("floor-mailbox")
    ? (await import("./pipe/through-mailbox.ts")).throughMailbox
    : (await import("./pipe/at-once.ts")).atOnce;
  return pipeProgram(name.endsWith("-codec") ? straightCodec : protobufEsCodec, handling);
}
