"""DOC...: what `sopwith doctor` finds, and how each is mended."""

from __future__ import annotations

from .message import Message

DOCTOR: dict[str, Message] = {
    "DOC001": Message("The check “{check}” failed: {error}", "检查“{check}”出错：{error}"),
    "DOC002": Message(
        "The check “{check}” gave no answer within {seconds} s.",
        "检查“{check}”在 {seconds} 秒内没有完成。",
        "warning",
    ),
    "DOC003": Message("The settings cannot be used: {reason}", "设置无法使用：{reason}"),
    "DOC010": Message(
        "Python is {found}; {wanted} or newer is needed.",
        "Python 版本为 {found}，需要 {wanted} 或更高版本。",
    ),
    "DOC011": Message(
        "The package {name} is {found}; tested is {wanted}.",
        "软件包 {name} 的版本为 {found}，经过测试的版本是 {wanted}。",
        "warning",
    ),
    "DOC012": Message("The package {name} is missing.", "缺少软件包 {name}。"),
    "DOC013": Message(
        "There is no list of tested versions here, so packages are not compared.",
        "此处没有经过测试的版本列表，未比较软件包版本。",
        "info",
    ),
    "DOC020": Message("The database does not answer: {error}", "数据库没有响应：{error}"),
    "DOC021": Message("There is no database yet at {path}.", "{path} 处还没有数据库。"),
    "DOC022": Message(
        "The tables are at {found}; this version needs {wanted}.",
        "数据表处于版本 {found}，此版本程序需要 {wanted}。",
    ),
    "DOC023": Message(
        "SQLite keeps no write-ahead log: its mode is {mode}.",
        "SQLite 未使用预写日志，当前模式为 {mode}。",
    ),
    "DOC024": Message(
        "SQLite does not wait for the disk: synchronous is {found} instead of FULL.",
        "SQLite 写入时未等待磁盘落盘：synchronous 为 {found}，应为 FULL。",
    ),
    "DOC025": Message(
        "The database lies on a network file system ({kind}), where SQLite can lose data.",
        "数据库位于网络文件系统（{kind}），SQLite 可能丢失数据。",
    ),
    "DOC026": Message(
        "SQLite's write-ahead log has grown to {size} MB.",
        "SQLite 的预写日志已增长到 {size} MB。",
        "warning",
    ),
    "DOC027": Message("The database is damaged: {what}", "数据库已损坏：{what}"),
    "DOC028": Message(
        "The database is too large to be looked through in {seconds} s; what was seen is whole.",
        "数据库较大，{seconds} 秒内未能全部检查；已检查的部分完好。",
        "info",
    ),
    "DOC030": Message(
        "PostgreSQL is {found}; {wanted} or newer is needed.",
        "PostgreSQL 版本为 {found}，需要 {wanted} 或更高版本。",
    ),
    "DOC031": Message(
        "The database session has no {name}: a query may hang for ever.",
        "数据库会话没有设置 {name}，查询可能一直挂起。",
        "warning",
    ),
    "DOC032": Message(
        "PostgreSQL allows {limit} connections; {processes} processes may need {needed}.",
        "PostgreSQL 允许 {limit} 个连接，{processes} 个进程最多需要 {needed} 个。",
        "warning",
    ),
    "DOC033": Message(
        "Autovacuum is off: tables grow without end and queries become slow.",
        "autovacuum 已关闭：数据表会不断膨胀，查询会变慢。",
        "warning",
    ),
    "DOC034": Message(
        "The database keeps texts as {found} instead of UTF8.",
        "数据库的编码为 {found}，应为 UTF8。",
    ),
    "DOC035": Message(
        "A transaction has been open for {minutes} min (process {pid} of the database).",
        "有一个事务已打开 {minutes} 分钟（数据库进程 {pid}）。",
        "warning",
    ),
    "DOC036": Message(
        "The database accepts no changes: it is a replica or set to read only.",
        "数据库不接受写入：它是只读副本，或被设为只读。",
    ),
    "DOC040": Message(
        "Little room is left on the disk of {path}: {free} MB, {percent} %.",
        "{path} 所在磁盘剩余空间不多：{free} MB（{percent}%）。",
        "warning",
    ),
    "DOC041": Message(
        "The disk of {path} is nearly full: {free} MB are left.",
        "{path} 所在磁盘即将写满，仅剩 {free} MB。",
    ),
    "DOC042": Message("The folder {path} cannot be written.", "文件夹 {path} 不可写。"),
    "DOC043": Message(
        "Others on this machine may read {path} (mode {mode}).",
        "本机其他用户可以读取 {path}（权限 {mode}）。",
        "warning",
    ),
    "DOC044": Message(
        "Others on this machine may read the key {path} (mode {mode}).",
        "本机其他用户可以读取密钥 {path}（权限 {mode}）。",
    ),
    "DOC045": Message(
        "The key {path} is missing; a new one will be made at the next start.",
        "缺少密钥 {path}，下次启动时会生成新的密钥。",
        "warning",
    ),
    "DOC050": Message(
        "The broker at {url} does not answer: {error}", "消息代理 {url} 没有响应：{error}"
    ),
    "DOC051": Message(
        "A message to the broker at {url} did not come back within {seconds} s.",
        "发给消息代理 {url} 的消息在 {seconds} 秒内没有返回。",
    ),
    "DOC060": Message(
        "The clock of the database is {seconds} s away from this machine's.",
        "数据库的时钟与本机相差 {seconds} 秒。",
        "warning",
    ),
    "DOC061": Message(
        "The clock of {node} is {seconds} s ahead of this machine's.",
        "{node} 的时钟比本机快 {seconds} 秒。",
        "warning",
    ),
    "DOC062": Message(
        "No dispatcher gives a sign of life: timers, mails and webhooks wait.",
        "没有调度进程的心跳：定时任务、邮件和 Webhook 都在等待。",
    ),
    "DOC063": Message(
        "The process {node} ({kind}) gave its last sign of life {minutes} min ago.",
        "进程 {node}（{kind}）最后一次心跳在 {minutes} 分钟前。",
        "warning",
    ),
    "DOC064": Message(
        "The process {node} ({kind}) runs version {found}; this one is {wanted}.",
        "进程 {node}（{kind}）运行的版本是 {found}，当前版本是 {wanted}。",
        "warning",
    ),
    "DOC065": Message(
        "A broker is set, but no worker gives a sign of life.",
        "已设置消息代理，但没有工作进程的心跳。",
    ),
    "DOC070": Message(
        "Work in the lane “{lane}” begins {seconds} s after it is due.",
        "“{lane}”通道的任务在到期 {seconds} 秒后仍未开始。",
        "warning",
    ),
    "DOC071": Message(
        "Work in the lane “{lane}” stands still: the oldest job has been due for {minutes} min.",
        "“{lane}”通道的任务停滞：最早的任务已到期 {minutes} 分钟。",
    ),
    "DOC072": Message(
        "{count} jobs are due in the lane “{lane}”.",
        "“{lane}”通道有 {count} 个到期任务。",
        "warning",
    ),
    "DOC073": Message(
        "{count} jobs are in hands whose time ran out.",
        "有 {count} 个任务的执行时限已过。",
        "warning",
    ),
    "DOC074": Message(
        "{count} jobs were given up: {kinds}.", "有 {count} 个任务已放弃：{kinds}。", "warning"
    ),
    "DOC075": Message(
        "The webhook address {host} was switched off because it failed.",
        "Webhook 地址 {host} 因持续失败已停用。",
        "warning",
    ),
    "DOC076": Message(
        "{count} incoming messages could not be read.",
        "有 {count} 条收到的消息无法解析。",
        "warning",
    ),
    "DOC077": Message(
        "An incoming message has been waiting for {minutes} min to be read.",
        "有一条收到的消息已等待处理 {minutes} 分钟。",
        "warning",
    ),
    "DOC078": Message(
        "Nothing has gone to {name} for {minutes} min, because it failed again and again: {reason}",
        "因连续失败，已有 {minutes} 分钟未向 {name} 发送：{reason}",
        "warning",
    ),
    "DOC079": Message(
        "{name} was switched off by an administrator {minutes} min ago; what is for it waits.",
        "{name} 在 {minutes} 分钟前被管理员停用，相关内容正在等待。",
        "warning",
    ),
    "DOC080": Message(
        "No mail server is set: mails are kept in the product and reach nobody.",
        "未设置邮件服务器：邮件只保存在系统内，不会送达。",
        "warning",
    ),
    "DOC081": Message(
        "The mail server {host} does not answer: {error}", "邮件服务器 {host} 没有响应：{error}"
    ),
    "DOC082": Message(
        "The mail server {host} shows a certificate that cannot be trusted: {error}",
        "邮件服务器 {host} 的证书不可信：{error}",
    ),
    "DOC083": Message("The mail server {host} refuses the login.", "邮件服务器 {host} 拒绝登录。"),
    "DOC084": Message(
        "Mails go to {host} over an open line.", "发往 {host} 的邮件未加密传输。", "warning"
    ),
    "DOC085": Message(
        "No sender is set: mails will come from {sender}.",
        "未设置发件人：邮件将以 {sender} 发出。",
        "warning",
    ),
    "DOC090": Message(
        "Links in mails lead to {url}, which only this machine can reach.",
        "邮件中的链接指向 {url}，只有本机可以访问。",
        "warning",
    ),
    "DOC091": Message(
        "People come by {url}, without encryption.", "用户通过 {url} 访问，未加密。", "warning"
    ),
    "DOC092": Message(
        "Requests for any host name are answered: trusted_hosts is empty.",
        "trusted_hosts 为空，系统会响应任意主机名的请求。",
        "warning",
    ),
    "DOC093": Message(
        "This is a demo: its sample accounts have public passwords.",
        "当前为演示模式，样例账号的密码是公开的。",
        "warning",
    ),
    "DOC094": Message(
        "The setting {name} is for tests only.", "设置项 {name} 仅供测试使用。", "warning"
    ),
    "DOC095": Message(
        "The host of base_url, {host}, is not among trusted_hosts: every page would be refused.",
        "base_url 的主机名 {host} 不在 trusted_hosts 中，所有页面都会被拒绝。",
    ),
    "DOC100": Message(
        "No release is in force: nobody can open a record.", "没有生效的版本，无法新建记录。"
    ),
    "DOC101": Message(
        "The release in force, {release}, cannot be read: {reason}",
        "生效的版本 {release} 无法读取：{reason}",
    ),
    "DOC110": Message(
        "The history of record {record} does not hold at event {seq}.",
        "记录 {record} 的历史在第 {seq} 个事件处校验失败。",
    ),
    "DOC120": Message("No backup was ever noted.", "没有任何备份记录。", "warning"),
    "DOC121": Message(
        "The last backup is {days} days old.", "最近一次备份在 {days} 天前。", "warning"
    ),
    "DOC122": Message(
        "{count} attached files were missing or damaged when the last backup was made.",
        "最近一次备份时，有 {count} 个附件缺失或损坏。",
        "warning",
    ),
    "DOC130": Message("The time zone {zone} is not known here.", "此处没有时区 {zone} 的数据。"),
    "DOC131": Message(
        "The machine's data about the time zone {zone} differs from that of the package tzdata {version}.",
        "本机的时区 {zone} 数据与软件包 tzdata {version} 不一致。",
        "warning",
    ),
}

MENDING: dict[str, Message] = {
    "DOC001": Message("Look at the log of this run; if it comes again, report it with the code.", "请查看本次运行的日志；如果再次出现，请附上代码反馈。"),
    "DOC002": Message("Run the doctor again when the machine is less busy; if it stays, look at what the check asks.", "请在机器空闲时重新检查；如果仍然如此，请查看该检查所访问的对象。"),
    "DOC003": Message("Mend the setting in sopwith.toml or in the environment.", "请修改 sopwith.toml 或环境变量中的设置。"),
    "DOC010": Message("Install a newer Python and start with bin/sopwith, which makes its environment again.", "请安装更高版本的 Python，再用 bin/sopwith 启动，它会重建运行环境。"),
    "DOC011": Message("Start with bin/sopwith: it installs what lock/run.txt names.", "请用 bin/sopwith 启动，它会安装 lock/run.txt 中列出的版本。"),
    "DOC012": Message("Start with bin/sopwith: it installs what lock/run.txt names.", "请用 bin/sopwith 启动，它会安装 lock/run.txt 中列出的版本。"),
    "DOC013": Message("Nothing needs to be done; from a checkout of the source they are compared with lock/run.txt.", "无需处理；从源代码目录运行时会与 lock/run.txt 比较。"),
    "DOC020": Message("Start the database, or mend database_url; the server waits and goes on by itself.", "请启动数据库，或修改 database_url；服务会等待并自动恢复。"),
    "DOC021": Message("Start the product once with bin/sopwith up, or set data to the right folder.", "请先用 bin/sopwith up 启动一次，或将 data 设为正确的文件夹。"),
    "DOC022": Message("Make a backup, then start this version once: it brings the tables up. If the tables are newer, update this process.", "请先备份，再启动此版本，它会自动升级数据表；如果数据表更新，请升级此进程。"),
    "DOC023": Message("Stop every process, put the file on a local disk and start again.", "请停止所有进程，将数据库文件放到本地磁盘后重新启动。"),
    "DOC024": Message("Remove whatever changes synchronous; Sopwith itself sets FULL at each connection.", "请去除改动 synchronous 的设置；系统会在每个连接上将其设为 FULL。"),
    "DOC025": Message("Move the data folder to a local disk, or use PostgreSQL.", "请将数据文件夹移到本地磁盘，或改用 PostgreSQL。"),
    "DOC026": Message("Look for a reader that never ends (a backup, a shell) and end it; the log is folded back once a day.", "请找到并结束长时间不退出的读取者（备份、命令行）；日志每天会自动合并。"),
    "DOC027": Message("Stop every process, keep a copy of the folder, and restore the last backup.", "请停止所有进程，保留文件夹副本，并恢复最近的备份。"),
    "DOC028": Message("Stop the product at a quiet hour and run PRAGMA integrity_check with the sqlite3 shell, if you want to know all.", "如需完整检查，请在空闲时段停止服务，用 sqlite3 命令行执行 PRAGMA integrity_check。"),
    "DOC030": Message("Update the database server.", "请升级数据库服务器。"),
    "DOC031": Message("A pooler in between drops what we set: let it pool whole sessions, or set it for the role with ALTER ROLE.", "中间的连接池丢弃了会话设置：请改用会话级连接池，或用 ALTER ROLE 为角色设置。"),
    "DOC032": Message("Raise max_connections, or run fewer processes.", "请提高 max_connections，或减少进程数。"),
    "DOC033": Message("Set autovacuum = on in postgresql.conf and reload it.", "请在 postgresql.conf 中设置 autovacuum = on 并重新加载。"),
    "DOC034": Message("Make a new database with ENCODING 'UTF8' and move the data with pg_dump.", "请新建 ENCODING 'UTF8' 的数据库，并用 pg_dump 迁移数据。"),
    "DOC035": Message("Find out what it does with pg_stat_activity; end it with pg_terminate_backend if nobody needs it.", "请用 pg_stat_activity 查看其内容；如无人需要，请用 pg_terminate_backend 结束。"),
    "DOC036": Message("Let database_url name the primary server.", "请将 database_url 指向主库。"),
    "DOC040": Message("Make room, or move the data folder to a larger disk.", "请清理磁盘，或将数据文件夹移到更大的磁盘。"),
    "DOC041": Message("Make room now: without it nothing can be saved.", "请立即清理磁盘，否则无法保存任何数据。"),
    "DOC042": Message("Give the folder to the account that Sopwith runs under (chown), with mode 700.", "请将文件夹的所有者改为运行本系统的账号（chown），权限设为 700。"),
    "DOC043": Message("Run chmod 700 on the data folder.", "请对数据文件夹执行 chmod 700。"),
    "DOC044": Message("Run chmod 600 on it; if strangers used this machine, delete the key and start again: everybody signs in anew.", "请对其执行 chmod 600；如果有外人使用过本机，请删除密钥并重新启动，所有人需重新登录。"),
    "DOC045": Message("Restore it from the backup, or let a new one be made: sessions and links in old mails then end.", "请从备份恢复，或等待生成新密钥；届时会话和旧邮件中的链接都会失效。"),
    "DOC050": Message("Start the broker, or mend broker_url; claimed jobs come again by themselves.", "请启动消息代理，或修改 broker_url；已领取的任务会自动重新执行。"),
    "DOC051": Message("Look at the broker's memory, disk and rights of the user in broker_url.", "请检查消息代理的内存、磁盘，以及 broker_url 中用户的权限。"),
    "DOC060": Message("Let both machines take the time from the same server (chrony or systemd-timesyncd).", "请让两台机器使用同一时间服务器（chrony 或 systemd-timesyncd）。"),
    "DOC061": Message("Let all machines take the time from the same server (chrony or systemd-timesyncd).", "请让所有机器使用同一时间服务器（chrony 或 systemd-timesyncd）。"),
    "DOC062": Message("Start bin/sopwith up, or a dispatcher of its own; look at its log if it does run.", "请启动 bin/sopwith up 或单独的调度进程；如果已启动，请查看其日志。"),
    "DOC063": Message("Start it again if it should run; if it was taken away on purpose, this ends after seven days.", "如果它应当运行，请重新启动；如果是有意停用，七天后不再提示。"),
    "DOC064": Message("Update it, so that all processes run the same version.", "请升级该进程，使所有进程的版本一致。"),
    "DOC065": Message("Start at least one worker, or take broker_url out of the settings.", "请至少启动一个工作进程，或从设置中去掉 broker_url。"),
    "DOC070": Message("Look at Jobs in the administration; start more workers if it stays.", "请查看管理后台的“任务”；如果持续，请增加工作进程。"),
    "DOC071": Message("Look whether the dispatcher and the workers run, and what their logs say.", "请检查调度进程和工作进程是否运行，并查看其日志。"),
    "DOC072": Message("Wait if it shrinks; start more workers if it grows.", "如果数量在减少，请等待；如果在增加，请增加工作进程。"),
    "DOC073": Message("A worker died or is stuck; the jobs come again by themselves when a dispatcher runs.", "有工作进程退出或卡住；调度进程运行后任务会自动重新执行。"),
    "DOC074": Message("Open Jobs in the administration, read why, and try them again or drop them.", "请打开管理后台的“任务”，查看原因后重试或丢弃。"),
    "DOC075": Message("Ask whoever runs the receiver, then switch the address on again under Jobs.", "请联系接收方，之后在“任务”中重新启用该地址。"),
    "DOC076": Message("Open Inbound in the administration: what came is kept there, and can be read again.", "请打开管理后台的“来信”：原始内容已保存，可以重新解析。"),
    "DOC077": Message("Look whether the dispatcher runs.", "请检查调度进程是否运行。"),
    "DOC078": Message(
        "Mend what the reason names; it is tried again by itself with growing pauses, nothing is lost.",
        "请根据原因处理；系统会自动以逐渐加长的间隔重试，内容不会丢失。",
    ),
    "DOC079": Message(
        "Switch it on again under Destinations in the administration.",
        "请在管理后台的“发送目标”中重新启用。",
    ),
    "DOC080": Message("Set smtp_url and mail_sender, unless this is meant.", "请设置 smtp_url 和 mail_sender，除非有意如此。"),
    "DOC081": Message("Mend smtp_url, or open the way to it in the firewall; mails wait and are tried again.", "请修改 smtp_url，或在防火墙中放行；邮件会等待并重试。"),
    "DOC082": Message("Let the server show a certificate for this very name from an authority that this machine knows.", "请让服务器使用与此名称一致、且由本机信任的机构签发的证书。"),
    "DOC083": Message("Mend user and password in smtp_url.", "请修改 smtp_url 中的用户名和密码。"),
    "DOC084": Message("Write smtps:// or let the server offer STARTTLS.", "请使用 smtps://，或让服务器支持 STARTTLS。"),
    "DOC085": Message("Set mail_sender to an address of your domain.", "请将 mail_sender 设为本单位域名下的地址。"),
    "DOC090": Message("Set base_url to the address that people use.", "请将 base_url 设为用户实际使用的地址。"),
    "DOC091": Message("Put a proxy with TLS in front and set base_url to https://.", "请在前面放置支持 TLS 的代理，并将 base_url 设为 https://。"),
    "DOC092": Message("Set trusted_hosts to the host name of base_url.", "请将 trusted_hosts 设为 base_url 的主机名。"),
    "DOC093": Message("Use a data folder of its own without --demo for real work.", "正式使用时，请使用单独的数据文件夹，且不要加 --demo。"),
    "DOC094": Message("Take it out of sopwith.toml and the environment.", "请从 sopwith.toml 和环境变量中去掉该项。"),
    "DOC095": Message("Add the host name to trusted_hosts.", "请将该主机名加入 trusted_hosts。"),
    "DOC100": Message("Open the gallery of the studio and install a pack.", "请打开设计器的模板库并安装流程包。"),
    "DOC101": Message("Open Versions in the studio and roll back to an earlier one, or update this process.", "请打开设计器的“版本”并回退到较早版本，或升级此进程。"),
    "DOC110": Message("Somebody changed the database by hand, or the disk is failing: compare with a backup and keep both.", "有人手动修改了数据库，或磁盘出现故障：请与备份比较，并保留两者。"),
    "DOC120": Message("Run bin/sopwith backup, and let it run every night.", "请执行 bin/sopwith backup，并设置每晚自动执行。"),
    "DOC121": Message("Look why the nightly backup does not run.", "请检查每晚的备份为何没有执行。"),
    "DOC122": Message(
        "Look for the files in older backups and put them back; then run bin/sopwith backup again.",
        "请从较早的备份中找回这些文件，然后再次执行 bin/sopwith backup。",
    ),
    "DOC130": Message("Mend zone in the settings, or install the package tzdata.", "请修改设置中的 zone，或安装软件包 tzdata。"),
    "DOC131": Message("Update the machine's tzdata package and Sopwith's to the same edition.", "请将本机与本系统的 tzdata 升级到同一版本。"),
}  # fmt: skip
"""How each is mended; the same placeholders may be used."""
