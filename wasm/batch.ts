// The rows of a batch, side by side.

const NO_ROW: u32 = 0xffffffff;

/** out[position] = values[order[position]], rows of `columns` floats; zeros where the batch has ended. */
export function gather(values: usize, order: usize, out: usize, rows: i32, columns: i32): void {
  const width = usize(columns) << 2;
  const end = order + (usize(rows) << 2);
  for (; order < end; order += 4, out += width) {
    const row = load<u32>(order);
    if (row === NO_ROW) memory.fill(out, 0, width);
    else copyRow(values + usize(row) * width, out, width);
  }
}

function copyRow(from: usize, to: usize, width: usize): void {
  const end = from + width;
  for (; from + 16 <= end; from += 16, to += 16) v128.store(to, v128.load(from));
  for (; from < end; from += 4, to += 4) store<u32>(to, load<u32>(from));
}
