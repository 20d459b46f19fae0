// The theme that was chosen in the console, before anything is drawn; without a choice, or without a script, the machine's.
(() => {
  const root = document.documentElement;
  const night = matchMedia('(prefers-color-scheme: dark)');
  const show = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem('tidegate-theme');
    } catch {
      chosen = null; // storage is switched off
    }
    root.dataset.theme = chosen === 'dark' || (chosen !== 'light' && night.matches) ? 'dark' : 'light';
  };
  show();
  night.addEventListener('change', show);

  const wide = matchMedia('(min-width: 1024px)');
  document.addEventListener('DOMContentLoaded', () => {
    const pages = document.querySelector('.side details');
    const open = () => {
      pages.open = wide.matches;
    };
    open();
    wide.addEventListener('change', open);
    pages.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
    for (const block of document.querySelectorAll('pre')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = 'Copy';
      button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(block.querySelector('code').textContent);
        button.textContent = 'Copied';
        setTimeout(() => {
          button.textContent = 'Copy';
        }, 2000);
      });
      const frame = document.createElement('div');
      frame.className = 'code';
      block.replaceWith(frame);
      frame.append(block, ...(navigator.clipboard === undefined ? [] : [button]));
    }
  });
})();
