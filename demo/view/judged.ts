// A guess beside what happened. Pure.

/** @param isRight null without a guess */
export function judged(isRight: boolean | null, result: string): string {
  if (isRight === null) return `${result.charAt(0).toUpperCase()}${result.slice(1)}.`;
  return isRight ? `You were right: ${result}.` : `Not this time: ${result}.`;
}
