// The step is done: the counter that every kernel reads goes up; with steps = 0 to the end of the replay. A dispatch of its own, so that no kernel of the step races it.

struct Dims { steps: u32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read_write> clock: Clock;

@compute @workgroup_size(1)
fn advance_clock() {
  clock.step = select(clock.step + dims.steps, clock.end, dims.steps == 0u);
}
