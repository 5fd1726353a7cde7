/** The parameters that this plugin has beside those of every protoplugin. */
export interface PluginParameters {
  /**
   * What to do with a streaming rpc: refuse the file, or warn and print nothing for the rpc. A skipped rpc keeps its
   * position in the service, by which methods travel. Default "error".
   */
  readonly streaming: "error" | "skip";
  /**
   * Path of the contract lock, from the folder in which the compiler runs. It is compared with the contract and brought up
   * to date. Default: none.
   */
  readonly lock: string | undefined;
  /** Whether to print codecs of the messages that grains exchange, or to leave them to protobuf-es. Default "on". */
  readonly codecs: "on" | "off";
}

/** @throws Error that names the parameter and what it may be. */
export function parseParameters(
  raw: readonly { readonly key: string; readonly value: string }[],
): PluginParameters {
  let streaming: PluginParameters["streaming"] = "error";
  let lock: string | undefined;
  let codecs: PluginParameters["codecs"] = "on";
  for (const { key, value } of raw) {
    if (key === "streaming") streaming = parseStreaming(value);
    else if (key === "lock") lock = parseLock(value);
    else if (key === "codecs") codecs = parseCodecs(value);
    else throw new Error(`there is no parameter "${key}"`);
  }
  return { streaming, lock, codecs };
}

function parseStreaming(value: string): PluginParameters["streaming"] {
  if (value === "error" || value === "skip") return value;
  throw new Error(`streaming is "error" or "skip", not "${value}"`);
}

function parseLock(value: string): string {
  if (value.endsWith(".json")) return value;
  throw new Error(`lock is the path of a file that ends with .json, not "${value}"`);
}

function parseCodecs(value: string): PluginParameters["codecs"] {
  if (value === "on" || value === "off") return value;
  throw new Error(`codecs is "on" or "off", not "${value}"`);
}
