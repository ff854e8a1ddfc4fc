"""Words as they are meant: slang, short forms and slips of the finger taken back to one spelling.

A token that nobody knows is compared with the words a receivables desk lives by; it is taken for
one of them when a single slip (a letter too many, too few, another or two swapped) explains it.
"""

import re
from functools import lru_cache

from messaging.triage.words import word_set

_SLANG = {
    "u": "you", "ya": "you", "yall": "you", "y'all": "you", "ur": "your", "yr": "your", "r": "are",
    "pls": "please", "plz": "please", "plse": "please", "pleas": "please", "plez": "please",
    "thx": "thanks", "thnx": "thanks", "tks": "thanks", "ty": "thanks", "tysm": "thanks",
    "thanx": "thanks", "thankyou": "thanks", "tnx": "thanks",
    "txt": "text", "txts": "texts", "txting": "texting", "txted": "texted", "msg": "message",
    "msgs": "messages", "mssg": "message", "mssgs": "messages", "msging": "messaging",
    "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "wont": "won't", "cant": "can't",
    "isnt": "isn't", "wasnt": "wasn't", "arent": "aren't", "werent": "weren't",
    "havent": "haven't", "hasnt": "hasn't", "hadnt": "hadn't", "couldnt": "couldn't",
    "wouldnt": "wouldn't", "shouldnt": "shouldn't", "aint": "isn't", "ain't": "isn't",
    "im": "i'm", "ive": "i've", "ill": "i'll", "id": "i'd", "youll": "you'll", "youre": "you're",
    "youve": "you've", "theyre": "they're", "thats": "that's", "whats": "what's", "hes": "he's",
    "shes": "she's", "theres": "there's", "wheres": "where's", "hows": "how's", "whos": "who's",
    "itll": "it'll", "lets": "let's", "imma": "i'll", "ima": "i'll", "tryna": "trying to",
    "gonna": "going to", "gunna": "going to", "finna": "going to", "wanna": "want to",
    "gotta": "have to", "gimme": "give me", "lemme": "let me", "kinda": "kind of",
    "dunno": "don't know", "cuz": "because", "bc": "because", "cause": "because", "b4": "before",
    "til": "until", "till": "until", "w": "with", "w/": "with", "wo": "without", "w/o": "without",
    "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "2morrow": "tomorrow",
    "2mrw": "tomorrow", "2moro": "tomorrow", "2moros": "tomorrow", "tomoz": "tomorrow",
    "tmro": "tomorrow", "tmrrw": "tomorrow", "tomorro": "tomorrow", "tomoro": "tomorrow",
    "tomorow": "tomorrow", "tommorow": "tomorrow",
    "tommorrow": "tomorrow", "2day": "today", "2nite": "tonight", "tonite": "tonight",
    "nite": "night", "wknd": "weekend", "wk": "week", "wks": "weeks", "mo": "month",
    "mos": "months", "mth": "month", "mnth": "month", "yest": "yesterday", "yday": "yesterday",
    "inv": "invoice", "invs": "invoices", "inovice": "invoice", "invoce": "invoice",
    "pymt": "payment", "pmt": "payment", "pymnt": "payment", "pmnt": "payment", "paymnt": "payment",
    "payed": "paid", "pd": "paid", "payd": "paid", "payin": "paying", "ck": "check",
    "chk": "check", "cheque": "check", "chq": "check", "acct": "account", "acc": "account",
    "amt": "amount", "bal": "balance", "stmt": "statement", "recd": "received",
    "rcvd": "received", "rec'd": "received", "recieved": "received", "recieve": "receive",
    "nbr": "number", "num": "number", "addy": "address", "addr": "address", "appt": "appointment",
    "dept": "department", "biz": "business", "co": "company", "mgr": "manager", "hubby": "husband",
    "wrk": "work", "wrkd": "worked", "abt": "about", "bout": "about", "n": "and", "bcuz": "because",
    "prolly": "probably", "prob": "probably", "def": "definitely", "rn": "right now",
    "asap": "soon", "ppl": "people", "sum": "some", "sumthin": "something", "smth": "something",
    "nuthin": "nothing", "wat": "what", "wut": "what", "wht": "what", "y": "why", "tho": "though",
    "thru": "through", "num#": "number", "unsub": "unsubscribe", "k": "ok", "kk": "ok",
    "okay": "ok", "okey": "ok", "oki": "ok", "okie": "ok", "oks": "ok", "yea": "yes",
    "yeah": "yes", "yep": "yes", "yup": "yes", "ye": "yes", "nah": "no", "nope": "no",
    "stpo": "stop", "sotp": "stop", "stopp": "stop", "sstop": "stop", "stahp": "stop",
    "stap": "stop", "stob": "stop", "stp": "stop", "e-mail": "email",
    "e-mails": "emails", "wed": "wednesday", "weds": "wednesday",
    "teh": "the", "hw": "how", "mch": "much", "blnce": "balance", "mony": "money",
    "monies": "money",
    "sndng": "sending", "snd": "send", "wen": "when", "shuld": "should", "wud": "would",
    "cud": "could", "bcause": "because", "befor": "before", "sory": "sorry", "srry": "sorry",
    "nxt": "next", "nex": "next", "fone": "phone", "fon": "phone", "ph": "phone",
    "gud": "good", "lil": "little", "lik": "like", "nd": "and", "wrng": "wrong",
    "werk": "work", "rite": "right",
    "alredy": "already", "alrdy": "already", "alreddy": "already", "peeps": "people",
    "dat": "that", "dis": "this", "dem": "them", "wit": "with", "wanta": "want to",
    "comin": "coming", "sendin": "sending", "textin": "texting", "askin": "asking",
    # Spanish
    "q": "que", "k'": "que", "xq": "por que", "pq": "por que", "porq": "por que",
    "porque": "por que", "x": "por", "xfa": "por favor", "porfa": "por favor",
    "porfavor": "por favor", "porfis": "por favor", "pa": "para", "d": "de", "tmb": "tambien",
    "tb": "tambien", "ntp": "no se preocupe", "grax": "gracias", "grasias": "gracias",
    "grcs": "gracias", "msj": "mensaje", "msjs": "mensajes", "mjs": "mensajes", "men": "mensaje",
    "num.": "numero", "sta": "esta", "ta": "esta", "toy": "estoy", "pos": "pues",
    "dep": "deposito", "transf": "transferencia", "fac": "factura", "fact": "factura",
    "ocupo": "necesito", "ahorita": "ahora", "nomas": "solo", "enbien": "envien", "ke": "que",
    "kiero": "quiero", "kien": "quien", "aki": "aqui", "bno": "bueno",
}  # fmt: skip

KNOWN = word_set(
    """
    stop unsubscribe remove cancel message messages texting texts reminder reminders contact number
    please subscribe consent permission harassing notifications alerts automated delete blocked
    payment payments paying invoice invoices check checks balance account statement receipt
    tomorrow tonight today yesterday monday tuesday wednesday thursday friday saturday sunday
    weekend january february april june july august september october november december
    already mailed deposited transferred cleared processed received cashed charged
    dispute disputed overcharged incorrect wrong damaged finished completed cancelled canceled
    warranty estimate quoted agreed amount duplicate twice refund credit discount
    installments installment arrangement monthly weekly partial remaining half
    question explain website online address office manager accountant bookkeeper husband
    business customer person resend forward thanks thank appreciate understood reschedule
    appointment service bankruptcy bankrupt passed deceased hospital afford
    mensaje mensajes mandar manden enviar envien escriban numero equivocado factura facturas
    cheque pagado pague pagar pagare deposito deposite transferencia manana viernes jueves martes
    miercoles sabado domingo semana quincena cobrando cobraron terminaron trabajo gracias
    tarjeta direccion esposo esposa contador correo recordatorios suscripcion baja
    """
)
_NEVER = word_set(
    """
    there their three these those where while which would could should about again after being
    other under until through though thought think thing things phone money never every everything
    stops stopped stopping shop step steps tests test tested next nest rest best text pays payer
    paid plan plans plane place pleased pleases sent send sends lend bill bills still will well
    charge charges changed change chance chances cleaned cleaner cleaners quite quit quote quotes
    weekends mailbox mailing emailed caused closed clothed counted contract contracts contracted
    contracting counter contractor number's numbers customers persons payments accounted accounts
    statements statement's texted messaged messaging minder finish finishes complete completes
    forwarded forwards agree agrees estimates estimated credited credits question's questions
    addresses offices managers duplicates discounts remain remains partially appointments services
    received receives cash mailed mails cancels canceling cancelling disputes disputing refunded
    mandan mando manda mandame mandeme mandenme mande envie enviar envia escribe escriba escriben
    numeros pagan pagamos pagaron pagas pago pagos paga trabajos trabaja trabaje tarjetas
    semanas cobran cobrado cobrar cobro deposita deposito depositos martes correos mensual terminan
    esposos facturar facturado facturan termina terminado direcciones manada martes banjo
    """
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _slips(word: str) -> set[str]:
    parts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    return (
        {a + b[1:] for a, b in parts if b}
        | {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
        | {a + letter + b[1:] for a, b in parts if b for letter in _LETTERS}
        | {a + letter + b for a, b in parts for letter in _LETTERS}
    )


@lru_cache(maxsize=20_000)
def meant(token: str) -> str:
    """The word a folded token stands for; itself when it is known or unlike any known one."""
    if token in _SLANG:
        return _SLANG[token]
    if token in KNOWN or token in _NEVER or not 5 <= len(token) <= 16 or not token.isalpha():
        return token
    squeezed = re.sub(r"(.)\1{2,}", r"\1", token)
    if squeezed != token and (squeezed in KNOWN or squeezed in _SLANG):
        return _SLANG.get(squeezed, squeezed)
    near = _slips(token) & KNOWN
    # The longest shares most with what was typed; the alphabet makes the choice repeatable.
    return max(near, key=lambda word: (len(word), word)) if near else token
