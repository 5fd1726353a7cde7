/** The parameters that this plugin has beside those of every protoplugin. */
export interface PluginParameters {
  /**
   * What to do with a streaming rpc: refuse the file, or warn and print nothing for the rpc. A skipped rpc keeps its
   * position in the service, by which methods travel. Default "error".
   */
  readonly streaming: "error" | "skip";
}

/** @throws Error that names the parameter and what it may be. */
export function parseParameters(
  raw: readonly { readonly key: string; readonly value: string }[],
): PluginParameters {
  let streaming: PluginParameters["streaming"] = "error";
  for (const { key, value } of raw) {
    if (key !== "streaming") throw new Error(`there is no parameter "${key}"`);
    if (value !== "error" && value !== "skip")
      throw new Error(`streaming is "error" or "skip", not "${value}"`);
    streaming = value;
  }
  return { streaming };
}
