// What Basin's contenders are called in reports.
export const OUR_WEBGPU = 'Basin WebGPU';
/** The strategy that larger networks get, on those that get another. */
export const OUR_LAYERED = 'Basin WebGPU layered';
export const OUR_CPU = 'Basin CPU';
