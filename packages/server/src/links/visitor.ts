/** Robots that open a link because somebody wrote it into a message, or to index it: by what they call themselves. */
const robot =
  /bot\b|bot\/|crawler|spider|preview|unfurl|facebookexternalhit|facebookcatalog|whatsapp|telegram|slack|discord|skypeuri|embedly|iframely|pinterest|vkshare|mattermost|google-pagerenderer|googleimageproxy|ggpht\.com|yahoo! slurp|mediapartners|barracuda|proofpoint|mimecast|safelinks|viber|kakaotalk|rocket\.chat|mastodon|snapchat|microsoft office|ms-?office|outlook|\bteams\/|\bline\/|signal|\(\+https?:/i;

/** The value of a header by its lower-case name; undefined when it was not sent. */
export type HeaderReader = (name: string) => string | undefined;

/**
 * LNK-33: whether a request comes from a browser, from something that looks like one (mail scanners do), or from a robot that
 * previews links. Programs do none of what is looked for here.
 */
export function looksLikeVisitor(header: HeaderReader): boolean {
  // Sec-Fetch-Mode says nothing: Node's fetch sends it too.
  if (header('sec-fetch-site') !== undefined || header('sec-ch-ua') !== undefined) return true;
  const agent = header('user-agent') ?? '';
  return /^Mozilla\//.test(agent) || robot.test(agent) || /text\/html/i.test(header('accept') ?? '');
}

/** Whether a browser goes to the URL itself, so that a page is what it shows. */
export function isNavigation(header: HeaderReader): boolean {
  return header('sec-fetch-mode') === 'navigate' && /text\/html/i.test(header('accept') ?? '');
}
