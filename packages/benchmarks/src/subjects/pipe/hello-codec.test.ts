import fc from "fast-check";
import { expect, test } from "vitest";
import type { HelloRequest, HelloResponse } from "../../gen/tsgrain/benchmarks/v1/hello_pb.ts";
import { type HelloCodec, protobufEsCodec, straightCodec } from "./hello-codec.ts";

const shortText = fc.string({ minLength: 1, maxLength: 100, unit: "binary-ascii" });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** The bytes of both messages, one after the other, and what is read back from them. */
function roundTrip(codec: HelloCodec, { text, number }: { readonly text: string; readonly number: number }) {
  const request: HelloRequest = { $typeName: "tsgrain.benchmarks.v1.HelloRequest", name: text, number };
  const response: HelloResponse = { $typeName: "tsgrain.benchmarks.v1.HelloResponse", text, number };
  const bytes = Buffer.alloc(512);
  const middle = codec.writeRequest(request, bytes, 3);
  const end = codec.writeResponse(response, bytes, middle);
  return {
    bytes: bytes.subarray(3, end),
    request: codec.readRequest(bytes, 3, middle),
    response: codec.readResponse(bytes, middle, end),
  };
}

test("the codec by hand writes and reads what protobuf-es does", () => {
  fc.assert(
    fc.property(shortText, uint32, (text, number) => {
      const byHand = roundTrip(straightCodec, { text, number });
      const byDescriptor = roundTrip(protobufEsCodec, { text, number });
      expect(byHand.bytes).toEqual(byDescriptor.bytes);
      expect(byHand.request).toEqual({ ...byDescriptor.request });
      expect(byHand.response).toEqual({ ...byDescriptor.response });
      expect(byHand.request.number).toBe(number);
    }),
  );
});
