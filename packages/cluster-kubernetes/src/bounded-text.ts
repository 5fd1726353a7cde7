/** The bytes of an answer's body as they come; null if it has none. */
export type AnswerBody = ReadableStream<Uint8Array> | null;

/** More than the list of a thousand members takes. */
const maxBytes = 8 * 1024 * 1024;

/** Reads an answer up to 8 MiB; reads no further and rejects if there is more. */
export async function readText(body: AnswerBody): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`an answer of more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
