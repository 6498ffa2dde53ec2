// wgsl_reflect's Node entry does not load; its module does, but its package names no types for it.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
