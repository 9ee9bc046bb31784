"""What is shown before and after a release, as files: proofs, reports, dumps of a cluster, records of incidents."""
