/** The WebAssembly of an AssemblyScript file, in base64; scripts/assemblyscript.mjs makes it. */
declare module '*?assemblyscript' {
  const base64: string;
  export default base64;
}
