// Runs the tests: every *.test.ts under packages/ and tools/ without arguments; with arguments those files under
// packages/, tools/ and test/ whose path contains one of them. Plain JavaScript, so that an old Node gets a clear answer.

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 14)) return true;
  process.stderr.write(
    `The tests need Node 24.14 or newer; this is ${process.version}.\n` +
      'Run: npm test          (brings Node 24 along)\n' +
      '     npm test -- NAME  (files whose path contains NAME)\n',
  );
  return false;
}

if (checkNode()) {
  const { refreshBundle } = await import('./bundle.mjs');
  // The server's sources import the scripts of its pages.
  refreshBundle('pages');
  const { main } = await import('./test-run.ts');
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.exitCode = 1;
}
