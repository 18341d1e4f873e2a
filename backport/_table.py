"""Which stdlib sources are known, and which patch module goes with each.

``sha256`` is that of the file's bytes as released.  ``code`` are those of the
live functions' code objects (`_identify.code_digest`), one for each way that
-O and -OO change them: they identify a module whose file was reformatted by a
vendor or is not there.  ``nox -s table`` computes them anew from the sources of
every release.
"""
from collections import namedtuple

Source = namedtuple('Source', 'file python releases sha256 code patch')

#: Replaced by each patch, as ``(name in the module, name in patches/...)``.
#: The one that starts workers comes first.
REPLACED = {
    'thread': (
        ('ThreadPoolExecutor._adjust_thread_count', '_adjust_thread_count'),
        ('ThreadPoolExecutor.submit', 'submit'),
        ('_python_exit', '_python_exit'),
    ),
    'process': (
        ('ProcessPoolExecutor._start_queue_management_thread',
         '_start_queue_management_thread'),
        ('ProcessPoolExecutor.submit', 'submit'),
        ('_python_exit', '_python_exit'),
    ),
}

#: What the concurrency argument rests on besides (docs/design.md).
RELIED_UPON = {
    'thread': (
        'ThreadPoolExecutor.shutdown',
        'ThreadPoolExecutor._initializer_failed',   # 3.7 and later
        '_WorkItem.__init__',
        '_WorkItem.run',
        '_worker',
    ),
    'process': (
        'ProcessPoolExecutor._adjust_process_count',
        'ProcessPoolExecutor.shutdown',
        '_ThreadWakeup.clear',                      # 3.7 and later
        '_ThreadWakeup.wakeup',
        '_WorkItem.__init__',
        '_add_call_item_to_queue',
        '_process_worker',
        '_queue_management_worker',
    ),
}

_THREAD = 'concurrent/futures/thread.py'
_PROCESS = 'concurrent/futures/process.py'

SOURCES = (
    Source(_THREAD, (3, 6), '3.6.0-3.6.2',
           '9ef485416f9d1d11f50cd7c841a88704121373c18bcf4aa396b0a74c578fc959',
           ['dd1fb45cada98cadfd81d780d7b87491efa00112580107229983f1b3d352c463'],
           'thread_3_6'),
    Source(_THREAD, (3, 6), '3.6.3-3.6.15',
           '29280699736207d24d37241cccbb89f66318cba69ab5be3d1eae826c07426458',
           ['abaf290cfbc30f2f8cb9023ea1e744b3edb529bfe02c9188846c696d3214d233'],
           'thread_3_6'),
    Source(_THREAD, (3, 7), '3.7.0-3.7.1',
           '9553f96613e0ef2a890ec1ae12d5f7fde49a820269c435289fb3d27eab364ce7',
           ['8d08fe7f2eeece7d94cf18c38fb09af7579f0c308b7b5c2786debfb1d43cb338'],
           'thread_3_7_0'),
    Source(_THREAD, (3, 7), '3.7.2-3.7.3',
           '42009ff573a4460d7482292409ca097ee6c17d10f1954016cedaa7eff896f900',
           ['e6764d7ee3cc5bf926e0f0b9268c6e66dc3dcb50cb08dcbdd5af9df0ec9f71e0'],
           'thread_3_7_0'),
    Source(_THREAD, (3, 7), '3.7.4-3.7.16',
           'cf6b27870fec4221f2650e2609fab59f0c036960025f9b8e7dac6143a341c276',
           ['2e8885396992e2635e7764065d76804bdc8e573beeb9dfe9214417fb282bbe11'],
           'thread_3_7_4'),
    Source(_THREAD, (3, 8), '3.8.0-3.8.18',
           '8d4ed0e1b0a2ad7bb9de18edbfb1d83995784a7ecd740d667f9de5a928c43cf4',
           ['aed9eb2fecf668a356558c9c46b14c8e2dd54e14336ef7e86bd1582e4f3f8779'],
           'thread_3_8'),
    Source(_PROCESS, (3, 6), '3.6.0-3.6.2',
           '25f097659c38e7dc350b17e30d71d4ecd4153b32e04b4a0a1e83aedaf4ca0e9d',
           ['632a629bb034b3fb8da08913cc9639a7d642cc4db74677392f3861c78312f607',
            '1f412415d438a4d7193d6100a4f2ab12cda55e612d56350784c4e09f8cb21ecb',
            '66a9d98dcc678950ae9f628daabbfa144d725e86e287edfacfae8f884968ed78'],
           'process_3_6'),
    Source(_PROCESS, (3, 6), '3.6.3-3.6.15',
           'aaf8bbce6f8d840f0641d9ad8e67c099516fae9ccdd6fdebe136f1a7f7c6cdcb',
           ['632a629bb034b3fb8da08913cc9639a7d642cc4db74677392f3861c78312f607',
            '1f412415d438a4d7193d6100a4f2ab12cda55e612d56350784c4e09f8cb21ecb',
            '66a9d98dcc678950ae9f628daabbfa144d725e86e287edfacfae8f884968ed78'],
           'process_3_6'),
    Source(_PROCESS, (3, 7), '3.7.0-3.7.3',
           '40697ac1b0b86211afe9421ee49633efce82bc14682a306f550972db30b28156',
           ['3319be7409b6ad716cdd940780c34b62903bdb333be0e8f36f6720f7241e20ec',
            '1abc9c23f1e2da9c362c3584d0a80ff66e99522e6da06a12d4fd0b2a61c01ee5',
            '29774f78603d91b81e6e1422be9182395fc20cabaa58478f22056df6f6800f19'],
           'process_3_7_0'),
    Source(_PROCESS, (3, 7), '3.7.4-3.7.16',
           '53ca3f3831d7825d6889db1304246020080cd6006587d9de04611e8861cab245',
           ['a2e0997369564a1cbc5f2be9ef02d6b6c32fdb5a0bc2bfee5a67f0d5918b086e',
            '34f9d923e36fb6d4e5ed00a4fce2ed4c7ba1e6729e778a407087eb2052fed09a',
            '583b646be573d3264f3bd7a2db934cfbfc333af41a37954434ccf4a309519f4f'],
           'process_3_7_4'),
    Source(_PROCESS, (3, 8), '3.8.0-3.8.18',
           '9087796ef9fea960450a6b3346b1c1ec2daba1efefb821d2a3c87c1c8fc22ab0',
           ['f423862559a5c4cbfa5c147b99fd1ca4b62d880e725eebeae7859e676fbf83d4',
            'c1ec8d4e3c7753feaea834f78f7f99ecd57f056b99caad784dc763801db5cea6',
            '0a46f7308f9c608ca5f8ba3cd0bb2c4474992e8fb2a7a063a92ae631742b094c'],
           'process_3_8'),
)
