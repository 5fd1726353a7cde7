export { createPlugin, type PluginOptions } from "./plugin.ts";
export { type Diagnostic, PluginError, type PluginErrorCode } from "./plugin-error.ts";
