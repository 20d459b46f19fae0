import './styles.css';
import { createRoot } from 'preact/compat/client';
import { App } from './app.tsx';
import { applyDensity } from './frame/density.ts';
import { applyTheme } from './frame/theme.ts';

applyTheme();
applyDensity();
const place = document.getElementById('console');
if (place !== null) createRoot(place).render(<App />);
