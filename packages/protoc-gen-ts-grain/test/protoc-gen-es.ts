// protoc-gen-es has no exports map, so its plugin can run in this process. Apart, as loading it takes a while.
export { protocGenEs } from "@bufbuild/protoc-gen-es/dist/cjs/src/protoc-gen-es-plugin.js";
