/** What a biller's connections show and trust, where the partner wants more than the public certificates. */

export interface TlsIdentity {
  /** Certificates in PEM that are trusted instead of the public ones. */
  ca?: string;
  /** The certificate, with its chain, and its key, in PEM. */
  cert?: string;
  key?: string;
}
