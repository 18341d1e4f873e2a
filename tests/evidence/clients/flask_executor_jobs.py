"""Flask-Executor: views submit jobs that know their application.

``late``: a view submits one while the process exits.
"""
import late
import sys

from flask import Flask, current_app
from flask_executor import Executor

app = Flask('client')
app.config['EXECUTOR_MAX_WORKERS'] = 2
executor = Executor(app)


def double(n):
    return current_app.name, 2 * n


@app.route('/<int:n>')
def view(n):
    return '%s %d' % executor.submit(double, n).result()


@app.route('/late')
def late_view():
    executor.submit(late.work)
    return ''


def get(path):
    return app.test_client().get(path).data.decode()


if 'late' in sys.argv:
    late.call(executor._self, lambda: get('/late'))
else:
    late.submitted.set()
    print(*[get('/%d' % n) for n in range(20)])
    with app.test_request_context():
        executor.submit(print, 'submitted last')
