/** SIG-57: parameters that SigV2 signs with their decoded value. */
export const signedWithValue: ReadonlySet<string> = /* @__PURE__ */ new Set(
  'partNumber response-cache-control response-content-disposition response-content-encoding response-content-language response-content-type response-expires select-type uploadId versionId'.split(
    ' ',
  ),
);

/** SIG-57: parameters that SigV2 signs by name only. */
export const signedByName: ReadonlySet<string> = /* @__PURE__ */ new Set(
  'abac accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold lifecycle location logging metadataConfiguration metadataTable metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment restore retention select tagging torrent uploads versioning versions website'.split(
    ' ',
  ),
);

/** SIG-48c: whether this parameter must not be combined with a grant, since the pair would reach beyond the objects of its prefix. */
export function isBarredFromGrants(name: string): boolean {
  return signedByName.has(name) || (signedWithValue.has(name) && !name.startsWith('response-'));
}
