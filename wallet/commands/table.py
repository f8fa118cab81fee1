"""The verbs of ``wallet``: where each one lives and what it is for.

A verb is imported when it is called, so that ``timebank wallet --help`` answers at once.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from node.console.language import t
from node.console.lazy import LazyGroup, Target
from wallet.verbs.naming import Make, make_verb

TARGETS: Final[Mapping[str, Target]] = MappingProxyType(
    {
        "new": Target(
            "wallet.commands.keys:new",
            t(
                zh="新建钱包：显示十二个词，写下登记卡。十二个词只显示这一次，请抄在纸上。",
                en="Make a wallet: show twelve words (once: copy them on paper), write a registration card.",
            ),
        ),
        "restore": Target(
            "wallet.commands.keys:restore",
            t(
                zh="用十二个词恢复钱包。词从终端（不显示）或标准输入的第一行读取。",
                en="Bring a wallet back from its twelve words, typed unseen or given as the first line of stdin.",
            ),
        ),
        "card": Target(
            "wallet.commands.keys:card",
            t(
                zh="再次显示登记卡（公钥，没有秘密），或写进文件。",
                en="Show the registration card again (public keys, no secret), or write it to a file.",
            ),
        ),
        "list": Target(
            "wallet.commands.keys:list_wallets",
            t(zh="列出这台机器上的钱包。", en="List the wallets of this machine."),
        ),
        "link": Target(
            "wallet.commands.linking:link",
            t(
                zh="记住登记后得到的账户。核对账本里的公钥确是这个钱包的。",
                en="Remember the account that registration made. The ledger's key must be this wallet's.",
            ),
        ),
        "follow": Target(
            "wallet.commands.following:follow",
            t(
                zh="城市在永久失去法定多数后重新创立：核对恢复密钥的签名，账户照旧，继续使用。",
                en="The city was founded anew after a permanent loss: check the recovery keys' signatures and go on.",
            ),
        ),
        "rotate-key": Target(
            "wallet.commands.linking:rotate_key",
            t(
                zh="换钥：账户改用另一个钱包的密钥。先用 wallet new --name 新名字 建好新钱包。",
                en="Change the key: the account passes to another wallet's key. Make it first: wallet new --name NAME.",
            ),
        ),
        "show": Target(
            "wallet.commands.account:show",
            t(
                zh="查看账户：编号、家所在的区、状态、职务、亲属、代理人。",
                en="Show the account: number, home, state, roles, kin, agents.",
            ),
        ),
        "balance": Target(
            "wallet.commands.account:balance",
            t(zh="查看余额：可用、冻结、荣誉时。", en="Show the balance: available, held, honour."),
        ),
        "history": Target(
            "wallet.commands.account:history",
            t(zh="账户上发生过的事，从新到旧。", en="What happened to the account, newest first."),
        ),
        "statement": Target(
            "wallet.commands.account:statement",
            t(
                zh="对账单：每一笔收支，逐笔取自结算的订单和经核验的转账，并与余额核对。",
                en="Every movement, from settled orders and proven transfers, compared with the balance.",
            ),
        ),
        "orders": Target(
            "wallet.commands.orders:orders",
            t(
                zh="我的订单；加 --open 看可以接的单。",
                en="One's own orders; with --open those that may be accepted.",
            ),
        ),
        "order": Target(
            "wallet.commands.orders:order",
            t(zh="查看一个订单。", en="Show one order."),
        ),
        "request": Target(
            "wallet.commands.requesting:request",
            t(
                zh="请求一次服务，给自己或（作为代理人、付款的亲属）给别人。",
                en="Ask for a service, for oneself or, as agent or paying kin, for another.",
            ),
        ),
        "withdraw": Target(
            "wallet.commands.requesting:withdraw",
            t(zh="撤回还没人接的订单。", en="Take back an order that nobody has accepted."),
        ),
        "cancel": Target(
            "wallet.commands.requesting:cancel",
            t(zh="取消已有人接的订单。", en="Cancel an accepted order."),
        ),
        "no-show": Target(
            "wallet.commands.requesting:no_show",
            t(zh="报告没有人来。", en="Report that nobody came."),
        ),
        "extend": Target(
            "wallet.commands.requesting:extend",
            t(zh="服务进行中，再冻结一段时间。", en="During the service, hold more minutes."),
        ),
        "confirm": Target(
            "wallet.commands.requesting:confirm",
            t(
                zh="确认服务时间；默认确认系统计得的全部时间。",
                en="Confirm the service; all counted minutes unless fewer are named.",
            ),
        ),
        "object": Target(
            "wallet.commands.requesting:object_",
            t(
                zh="提出异议；时间留在原处，等待裁决。",
                en="Object; the minutes stay until somebody rules.",
            ),
        ),
        "appeal": Target(
            "wallet.commands.requesting:appeal",
            t(zh="对裁决申诉，每单一次。", en="Appeal a verdict, once for each order."),
        ),
        "accept": Target(
            "wallet.commands.serving:accept",
            t(
                zh="接单。接单即表示读过风险告知。",
                en="Take an order; accepting says that the risk notice was read.",
            ),
        ),
        "give-back": Target(
            "wallet.commands.serving:give_back",
            t(zh="退单，每单一次。", en="Give an accepted order back, once for each order."),
        ),
        "check-in": Target(
            "wallet.commands.serving:check_in",
            t(zh="签到：服务开始。", en="Check in: the service begins."),
        ),
        "check-out": Target(
            "wallet.commands.serving:check_out",
            t(zh="签退：服务结束。", en="Check out: the service ends."),
        ),
        "presence": Target(
            "wallet.commands.presence:presence",
            t(
                zh="服务对象出示到场凭证，给志愿者扫码。",
                en="The recipient shows a code that the volunteer is there, to be scanned.",
            ),
        ),
        "reduce": Target(
            "wallet.commands.serving:reduce",
            t(zh="志愿者减少计得的时间。", en="The volunteer lowers the counted minutes."),
        ),
        "late-report": Target(
            "wallet.commands.late:late_report",
            t(
                zh="断网后补报服务的起止时间。",
                en="Report a service that took place without network.",
            ),
        ),
        "rate": Target(
            "wallet.commands.remarking:rate",
            t(
                zh="评价一次服务。",
                en="Rate a service.",
            ),
        ),
        "complain": Target(
            "wallet.commands.remarking:complain",
            t(
                zh="投诉一次服务；会有人在期限内答复。",
                en="Complain about a service; somebody has to answer in time.",
            ),
        ),
        "contest-no-show": Target(
            "wallet.commands.remarking:contest_no_show",
            t(
                zh="志愿者：我去了，对爽约记录提出异议。",
                en="Volunteer: I was there; contest the report of a no-show.",
            ),
        ),
        "give": Target(
            "wallet.commands.transfers:give",
            t(zh="把自己挣的时间赠与已绑定的亲属。", en="Give earned minutes to bound kin."),
        ),
        "donate": Target(
            "wallet.commands.transfers:donate",
            t(zh="捐给公益池。", en="Donate minutes to a pool."),
        ),
        "providers": Target(
            "wallet.commands.redeeming:providers",
            t(
                zh="有哪些服务商，还能兑换多少时间。",
                en="Which providers there are, and how many minutes each can still take.",
            ),
        ),
        "redemptions": Target(
            "wallet.commands.redeeming:redemptions",
            t(
                zh="我的兑换；加 --provider 看自己店的。",
                en="One's redemptions; with --provider those of one's own shop.",
            ),
        ),
        "redeem": Target(
            "wallet.commands.redeeming:redeem",
            t(
                zh="在服务商兑换服务：先冻结时间。",
                en="Redeem minutes at a provider: they are held first.",
            ),
        ),
        "release": Target(
            "wallet.commands.redeeming:release",
            t(
                zh="取消兑换，时间退回。",
                en="End a redemption; its minutes come back.",
            ),
        ),
        "capture": Target(
            "wallet.commands.redeeming:capture",
            t(
                zh="服务商：服务已做，收取冻结的时间。",
                en="Provider: the service is done; take the held minutes.",
            ),
        ),
        "claims": Target(
            "wallet.commands.standing:claims",
            t(
                zh="我有没有要还的时间。",
                en="What one has to give back.",
            ),
        ),
        "repay": Target(
            "wallet.commands.standing:repay",
            t(
                zh="归还时间。",
                en="Give back minutes of a claim.",
            ),
        ),
        "events": Target(
            "wallet.commands.events:events",
            t(
                zh="有哪些集体活动。",
                en="Which group events there are.",
            ),
        ),
        "attend": Target(
            "wallet.commands.events:attend",
            t(
                zh="到场签到，参加活动。",
                en="Check in at an event on arrival.",
            ),
        ),
        "leave-event": Target(
            "wallet.commands.events:leave_event",
            t(
                zh="离开活动时签退。",
                en="Check out of an event on leaving.",
            ),
        ),
        "team": Target(
            "wallet.commands.teams:team_group",
            t(
                zh="团队：查看、加入、退出、捐赠。",
                en="Teams: see, join, leave, donate.",
            ),
        ),
        "household": Target(
            "wallet.commands.standing:household",
            t(
                zh="登记与谁同住。",
                en="Say with whom one lives.",
            ),
        ),
        "recovery": Target(
            "wallet.commands.recovering:recovery_group",
            t(
                zh="丢了手机：换钥、联系人、制止冒领。",
                en="A lost phone: a new key, contacts, stopping a thief.",
            ),
        ),
        "appeal-suspension": Target(
            "wallet.commands.standing:appeal_suspension",
            t(
                zh="对自己账户被暂停提出申诉。",
                en="Appeal the suspension of one's account.",
            ),
        ),
        "kin": Target(
            "wallet.commands.kin:kin_group",
            t(zh="亲属绑定。", en="Kin bindings."),
        ),
        "agent": Target(
            "wallet.commands.agents:agent_group",
            t(zh="代理人。", en="Agents."),
        ),
        "prove": Target(
            "wallet.commands.proving:prove",
            t(
                zh=(
                    "取得证明文件：transaction 编号、order 编号、final-order 编号、"
                    "account [编号]、district 代码、city。"
                    "取得后立即核验。"
                ),
                en=(
                    "Get a proof file: transaction ID, order ID, final-order ID, account [ID], district CODE, city. "
                    "It is checked at once."
                ),
            ),
        ),
        "certificate": Target(
            "wallet.commands.certificates:certificate_group",
            t(
                zh="服务记录证明：开出、查看、查编号、取证明文件、注销。",
                en="Service certificates: issue, list, check a number, prove it, revoke.",
            ),
        ),
        "verify-proof": Target(
            "wallet.commands.proving:verify_proof",
            t(
                zh="离线核验证明文件；只需要创世文件，不需要节点。",
                en="Check a proof file offline; it needs the genesis file and no node.",
            ),
        ),
        "submit": Target(
            "wallet.commands.sending:submit",
            t(
                zh="提交用 --out 写下的已签名交易，可以给多个文件。重复提交没有害处。",
                en="Hand in transactions written with --out, one or several. Handing one in twice does no harm.",
            ),
        ),
        "track": Target(
            "wallet.commands.sending:track",
            t(zh="查看一笔交易到哪一步了。", en="Where a transaction is."),
        ),
    }
)
"""Verb to the place of its command, with its help."""

wallet_group: Final = LazyGroup(
    "wallet",
    targets=TARGETS,
    help_text=t(
        zh="个人钱包：密钥、余额、订单、赠送、证明。",
        en="A person's wallet: keys, balance, orders, gifts, proofs.",
    ),
)
"""The noun ``wallet``."""


def verb(name: str) -> Make:
    """Make the command of a verb; its help stands in the table."""
    return make_verb(name, TARGETS)
