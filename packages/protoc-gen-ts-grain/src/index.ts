export { createPlugin, type PluginOptions } from "./plugin.ts";
