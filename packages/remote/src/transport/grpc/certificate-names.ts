/**
 * The names in a certificate's `subjectAltName`, as Node prints it: `DNS:a.example, IP Address:10.0.0.1, URI:spiffe://…`.
 * A name that Node had to quote holds characters that no honest one has; it is left out.
 */
export function certificateNames(subjectAltName: string | undefined): readonly string[] {
  if (subjectAltName === undefined || subjectAltName.includes('"')) return [];
  return subjectAltName
    .split(", ")
    .map((entry) => entry.slice(entry.indexOf(":") + 1))
    .filter((name) => name !== "");
}
