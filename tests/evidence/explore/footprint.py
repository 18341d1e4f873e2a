"""What a line of code does to what threads share, told by its names."""
import dis
import types

#: Names that tell nothing about the order of what threads do.
HARMLESS = frozenset((
    # Bound once, before a scenario begins: functions (each line of those under
    # test tells for itself), constants, set-up.
    'Future Queue REFUSED Thread _adjust_thread_count _allocate_lock '
    '_being_started _initargs _initializer _join _max_workers _remove _tell '
    '_thread_name_prefix _wait _wait_for_room blocks declare declared flag '
    'get_ident is_set keyrefs leave lock locked may_run ref refusal refuses '
    'run '
    'global _backport global monotonic '
    # Of a work item or a Thread that no other thread has yet.
    'args daemon fn future kwargs maxsize not_full '
    # Models, and what is made of them, tell for themselves.
    '_cond _idle_semaphore _limbo _shutdown_lock _started _work_queue acquire '
    'cancel data get holds is_alive join notify_all put release set_result '
    'set_running_or_notify_cancel start starting wait '
    'global _threads_queues '
    # What nothing under test looks at.
    'refusals waits '
).split())
#: The flag of exit, which the patch reads in the namespace of the module.
FLAG = 'global _shutdown'
#: Local names of weak references, which die when nobody has the Thread.
ALIASES = {'wr': 'life', 'reference': 'life', 'selfref': 'end of life'}
#: What is only looked at, but where one of `CHANGES` is on the same line, or an
#: assignment.
LOOKED_AT = frozenset("""
    _broken _flag _is_stopped _iterating _pending_removals _shutdown _threads
    _tstate_lock closed life process_id told""".split() + ['global _shutdown'])
CHANGES = frozenset('add append clear discard pop remove update'.split())
#: Globals of these types are bound once.
CONSTANT = (type, types.ModuleType, types.FunctionType,
            types.BuiltinFunctionType, str, float)

#: Attributes of which each object has its own -> where the name of its lock is.
OWN = {'_flag': '_cond._lock.name', '_shutdown': '_shutdown_lock.name',
       '_threads': '_shutdown_lock.name'}

_footprints = {}    # (code, line number) -> [(name, whether changed), ...]


def footprint(frame):
    """Yield (name, whether it may be changed) for what a line touches."""
    where = frame.f_code, frame.f_lineno
    if where not in _footprints:
        _footprints[where] = list(_footprint(frame, *where))
    for name, write in _footprints[where]:
        if name in OWN:
            owner = frame.f_locals.get('self', frame.f_locals.get('executor'))
            for attribute in OWN[name].split('.'):
                owner = getattr(owner, attribute, None)
            name = name, owner
        yield name, write


def _footprint(frame, code, number):
    names, changes, line = set(), False, None
    for instruction in dis.get_instructions(code):
        line = instruction.starts_line or line
        if line != number:
            continue
        name, kind = instruction.argval, instruction.opname
        changes = changes or kind in (
            'STORE_ATTR', 'STORE_GLOBAL', 'STORE_SUBSCR', 'DELETE_SUBSCR')
        if kind.endswith('GLOBAL'):
            if not _is_constant(frame, name):
                names.add('global ' + name)
        elif name == 'namespace':
            if code.co_name == 'declared':      # else it is a module
                names.add(FLAG)
        elif instruction.opcode in dis.hasname:
            changes = changes or name in CHANGES
            names.add(name)
        elif name in ALIASES and kind.endswith(('FAST', 'DEREF')):
            names.add(ALIASES[name])
    if 'end of life' in names:
        names, changes = {'life'}, True
    for name in sorted(names - HARMLESS - CHANGES):
        yield name, changes or name not in LOOKED_AT


def _is_constant(frame, name):
    value = frame.f_globals.get(name)
    if value is None:
        return name in frame.f_builtins     # or bound to None, for now
    return isinstance(value, CONSTANT) or type(value) is int
