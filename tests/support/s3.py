"""An S3-compatible store: moto's server, with one bucket."""

from __future__ import annotations

import boto3
from moto.server import ThreadedMotoServer

from config.files_url import files

BUCKET = "posthorn"


class S3:
    """`url` is what servers are given as FILES_URL: everything lies below a folder of the bucket."""

    def __init__(self) -> None:
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.address = f"http://{host}:{port}"
        self.url = f"s3://key:a%2Bsec%2Fret@{host}:{port}/{BUCKET}/files?region=eu-central-1&tls=0"
        told = files(self.url)["OPTIONS"]
        self._client = boto3.client(
            "s3",
            endpoint_url=self.address,
            region_name="eu-central-1",
            aws_access_key_id=told["access_key"],
            aws_secret_access_key=told["secret_key"],
        )
        self._client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def stop(self) -> None:
        """End it."""
        self._client.close()
        self._server.stop()

    def keys(self) -> list[str]:
        """What lies there."""
        return [each["Key"] for each in self._client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def objects(self) -> dict[str, bytes]:
        """All of it, while nothing is deleted."""
        return {key: self._client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in self.keys()}
