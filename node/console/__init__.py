"""What every command of ``timebank`` says and how: languages, results, errors, exit codes, shared options.

Who may import it: ``node.cli``, ``node.app``, ``node.city``, ``node.audit`` and ``wallet``. It imports ``node.chain``,
``click`` and, only while a table is drawn, ``rich``. Never here: what a command does; sockets, files of the project,
keys.

A command is written with these names::

    from node.console.command import command, group, option
    from node.console.console import Console, pass_console
    from node.console.language import t
    from node.console.result import Column, Facts, Result, Table

    @group("wallet", help=t(zh="钱包。", en="Your wallet."))
    def wallet_group() -> None:
        ...

    @command(wallet_group, "balance", help=t(zh="查看余额。", en="Show the balance."))
    @pass_console
    def balance(console: Console) -> None:
        console.progress(t(zh="正在询问节点……", en="Asking the node..."))
        console.emit(Result({"minutes": 90}, Facts(((t(zh="余额", en="Balance"), duration(90)),))))

Whatever goes wrong is raised: ``Rejected``, ``Violation`` and ``Incomplete`` of the kernel, an ``OSError``, or a
``Fault`` of ``node.console.fault``. A command catches nothing: the root prints it and exits with its code.
"""
