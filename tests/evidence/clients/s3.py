"""boto3: multipart upload and ranged download in pools, with moto's server."""
import hashlib
import io
import logging
import os

import boto3
from boto3.s3.transfer import TransferConfig
from loopback import free_port
from moto.server import ThreadedMotoServer

logging.getLogger('werkzeug').setLevel(logging.ERROR)
os.environ.update(AWS_ACCESS_KEY_ID='key', AWS_SECRET_ACCESS_KEY='secret',
                  AWS_DEFAULT_REGION='us-east-1')
MB = 1024 * 1024
port = free_port()
server = ThreadedMotoServer('127.0.0.1', port, verbose=False)
server.start()
s3 = boto3.client('s3', endpoint_url='http://127.0.0.1:%d' % port)
s3.create_bucket(Bucket='bucket')
config = TransferConfig(multipart_threshold=5 * MB, multipart_chunksize=5 * MB,
                        max_concurrency=4, io_chunksize=MB)
data = bytes(range(256)) * (4 * 12 * 1024)
parts = []
s3.upload_fileobj(io.BytesIO(data), 'bucket', 'key', Config=config,
                  Callback=parts.append)
print('uploaded', sum(parts))
copy = io.BytesIO()
s3.download_fileobj('bucket', 'key', copy, Config=config)
digest = hashlib.sha256(copy.getvalue())
print('the same', digest.digest() == hashlib.sha256(data).digest())
for n in range(20):
    s3.upload_fileobj(io.BytesIO(data[:n]), 'bucket', 'key%02d' % n)
for item in s3.list_objects_v2(Bucket='bucket')['Contents']:
    print(item['Key'], item['Size'])
server.stop()
