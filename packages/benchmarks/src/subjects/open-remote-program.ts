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
    case "floor": {
      const { protobufEsCodec } = await import("./pipe/hello-codec.ts");
      return (await import("./pipe/pipe-program.ts")).pipeProgram(protobufEsCodec);
    }
    case "floor-codec": {
      const { straightCodec } = await import("./pipe/hello-codec.ts");
      return (await import("./pipe/pipe-program.ts")).pipeProgram(straightCodec);
    }
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
