/** Skips tests that can't run for want of something, and says how to get it; in CI, where all is installed, they fail. */
export function needs(test: Mocha.Context, there: unknown, howToGetIt: string): void {
  if (there) return;
  if (process.env.CI) throw new Error(howToGetIt);
  console.log(`      skipped: ${howToGetIt}`);
  test.skip();
}
