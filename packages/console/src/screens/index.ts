import type { ComponentType } from 'react';
import type { IconName } from '../components/icon.tsx';

/** A screen, declared once: the router, the rail, the palette and the keyboard read it here. */
export type Screen = {
  /** As the router matches it: `/links/:id`. */
  readonly path: string;
  readonly load: () => Promise<ComponentType>;
  /** Absent: it is reached from another screen. */
  readonly nav?: {
    readonly label: string;
    readonly icon: IconName;
    /** Second key behind `g`. */
    readonly key: string;
    /** Under the line, as Settings is. */
    readonly atEnd?: true;
    /** Among the four of the bar that small screens have; the others are under More. */
    readonly inBar?: true;
  };
};

const settings = async () => (await import('./settings/settings.tsx')).Settings;

/** In the order of the rail. A screen is in this list when it is built. */
export const screens: readonly Screen[] = [
  {
    path: '/links',
    load: async () => (await import('./links/links.tsx')).Links,
    nav: { label: 'Links', icon: 'links', key: 'l', inBar: true },
  },
  { path: '/links/:id', load: async () => (await import('./link/link.tsx')).LinkDetail },
  {
    path: '/browse',
    load: async () => (await import('./browse/browse.tsx')).Browse,
    nav: { label: 'Browse', icon: 'browse', key: 'b', inBar: true },
  },
  {
    path: '/requests',
    load: async () => (await import('./requests/requests.tsx')).Requests,
    nav: { label: 'Requests', icon: 'requests', key: 'r' },
  },
  { path: '/requests/:id', load: async () => (await import('./requests/request.tsx')).RequestDetail },
  {
    path: '/explain',
    load: async () => (await import('./explain/explain.tsx')).Explain,
    nav: { label: 'Explain', icon: 'explain', key: 'e', inBar: true },
  },
  {
    path: '/activity',
    load: async () => (await import('./activity/activity.tsx')).Activity,
    nav: { label: 'Activity', icon: 'activity', key: 'a', inBar: true },
  },
  {
    path: '/keys',
    load: async () => (await import('./keys/keys.tsx')).Keys,
    nav: { label: 'Keys', icon: 'keys', key: 'k' },
  },
  { path: '/keys/:id', load: async () => (await import('./keys/key.tsx')).KeyDetail },
  {
    path: '/settings',
    load: settings,
    nav: { label: 'Settings', icon: 'settings', key: 's', atEnd: true },
  },
  { path: '/settings/:section', load: settings },
  {
    path: '/settings/webhooks/:id',
    load: async () => (await import('./settings/webhook.tsx')).WebhookDetail,
  },
];
