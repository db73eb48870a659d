"""A small S3 client with AWS Signature Version 4 for the tests, beside the one in the server: buckets, policies, objects."""
import datetime
import hashlib
import hmac
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.parse

from harness import HANG, ROOT, Response


def quote(text):
    return urllib.parse.quote(text, safe="-_.~")


class S3Client:
    def __init__(self, endpoint, access_key, secret_key, region="us-east-1"):
        self.host = urllib.parse.urlsplit(endpoint).netloc
        self.access_key, self.secret_key, self.region = access_key, secret_key, region

    def request(self, method, path, query=None, body=b"", headers=None):
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        digest = hashlib.sha256(body).hexdigest()
        signed = {"host": self.host, "x-amz-content-sha256": digest, "x-amz-date": stamp,
                  **{name.lower(): value for name, value in (headers or {}).items()}}
        names = ";".join(sorted(signed))
        text = "&".join(f"{quote(name)}={quote(value)}" for name, value in sorted((query or {}).items()))
        target = "/".join(map(quote, path.split("/")))
        canonical = "\n".join([method, target, text, *(f"{name}:{signed[name]}" for name in sorted(signed)), "", names, digest])
        scope = f"{day}/{self.region}/s3/aws4_request"
        to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.secret_key).encode()
        for part in (day, self.region, "s3", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        signed["authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, SignedHeaders={names}, "
                                   f"Signature={signature}")
        return plain_request(f"http://{self.host}{target}" + (f"?{text}" if text else ""), method, signed, body)

    def make_bucket(self, bucket):
        answer = self.request("PUT", f"/{bucket}")
        assert answer.status == 200, answer

    def allow_without_delete(self, bucket, user):
        """What the set-up test needs, but DELETE, for another user."""
        policy = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": [f"arn:aws:iam:::user/{user}"]},
             "Action": ["s3:ListBucket", "s3:GetObject", "s3:PutObject"],
             "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]}]}
        answer = self.request("PUT", f"/{bucket}", {"policy": ""}, json.dumps(policy).encode())
        assert answer.status in (200, 204), answer

    def objects(self, bucket):
        answer = self.request("GET", f"/{bucket}", {"list-type": "2"})
        assert answer.status == 200, answer
        return re.findall(r"<Key>([^<]*)</Key>", answer.body.decode())


def plain_request(url, method, headers=None, body=None):
    """Follows a URL as it is, as a client does with a presigned one."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=HANG)
    try:
        target = parts.path + ("?" + parts.query if parts.query else "")
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        given = {name.lower() for name in headers or {}}
        if "host" not in given:
            connection.putheader("Host", parts.netloc)
        if body is not None and "content-length" not in given:
            connection.putheader("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


class S3Server:
    """A gateway that lives as long as this object."""

    SCRIPT = ROOT / "tests/support/s3-server"

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="omegasafe-s3-"))
        done = subprocess.run([self.SCRIPT, self.folder, "start"], stdout=subprocess.PIPE, text=True, check=True,
                              timeout=HANG * 5)
        values = dict(line.split("=", 1) for line in done.stdout.splitlines())
        self.endpoint = values["S3_ENDPOINT"]
        self.keys = (values["S3_ACCESS_KEY"], values["S3_SECRET_KEY"])
        self.limited_keys = (values["S3_ACCESS_KEY2"], values["S3_SECRET_KEY2"])
        self.client = S3Client(self.endpoint, *self.keys)
        self.limited = S3Client(self.endpoint, *self.limited_keys)

    def close(self):
        subprocess.run([self.SCRIPT, self.folder, "stop"], check=False, timeout=HANG * 2)
        shutil.rmtree(self.folder, ignore_errors=True)
