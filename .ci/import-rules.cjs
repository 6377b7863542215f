/** The house's arrows: plugins → contracts ← src; inside src nothing calls back up. */
module.exports = {
  forbidden: [
    {
      name: 'contracts-stand-alone',
      severity: 'error',
      from: { path: '^contracts/' },
      to: { path: '^(src|plugins|test)/' },
    },
    {
      name: 'plugins-know-contracts-only',
      severity: 'error',
      from: { path: '^plugins/' },
      to: { path: '^(src|test)/' },
    },
    {
      name: 'plugins-not-one-another',
      severity: 'error',
      from: { path: '^plugins/([^/]+)/' },
      to: { path: '^plugins/', pathNot: '^plugins/$1/' },
    },
    { name: 'src-names-no-plugin', severity: 'error', from: { path: '^src/' }, to: { path: '^plugins/' } },
    {
      name: 'nothing-calls-back-up',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/((http|cli)/|(main|host|demonstration)[.])' },
      to: { path: '^src/((http|cli)/|(main|host|demonstration)[.])' },
    },
    {
      name: 'foundations-know-no-feature',
      severity: 'error',
      from: { path: '^src/(store|egress|telemetry)/' },
      to: { path: '^src/(adapters|billers|console|deliveries|doctor|documents|invoice-files|rtdr|verify)/' },
    },
    {
      name: 'the-console-knows-the-client-only',
      severity: 'error',
      from: { path: '^src/console/app/' },
      to: { path: '^(src|contracts|plugins|test)/', pathNot: '^src/console/app/' },
    },
    {
      name: 'the-client-stands-alone',
      severity: 'error',
      from: { path: '^client/' },
      to: { path: '^(src|contracts|plugins|test)/' },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['types', 'import'],
    },
  },
};
