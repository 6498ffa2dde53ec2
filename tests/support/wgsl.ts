// Checks on WGSL text that no compiler makes for us.

function withoutComments(code: string): string {
  return code.replaceAll(/\/\/.*/g, '').replaceAll(/\/\*[\s\S]*?\*\//g, '');
}

/** The text inside of function bodies: everything at brace depth 1 or more. */
function bodies(code: string): string {
  let depth = 0;
  let inside = '';
  for (const character of code) {
    if (character === '}') depth -= 1;
    if (depth > 0) inside += character;
    if (character === '{') depth += 1;
  }
  return inside;
}

/**
 * Function-scope variables without an initializer. Inside a loop SwiftShader (Chromium 156, dawn.node) and naga do not set
 * them to zero again, though WGSL says so: 100 training steps drifted while every one-step test passed.
 */
export function uninitializedVariables(code: string): string[] {
  const declarations = bodies(withoutComments(code)).match(/\bvar\b[^;=]*[;=]/g) ?? [];
  return declarations.filter((declaration) => declaration.endsWith(';'));
}
